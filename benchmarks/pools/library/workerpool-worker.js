import workerpool from "workerpool";
import { busy, increment } from "../job.js";

workerpool.worker({ increment, busy });
