import { ThreadWorker } from "poolifier";
import run from "../job.js";

export default new ThreadWorker(run);
