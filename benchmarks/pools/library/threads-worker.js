import { expose } from "threads/worker";
import { busy, increment } from "../job.js";

expose({ increment, busy });
