import type { StartMethodName } from "../../start/start-method.ts";
import type { Engine } from "./engine.ts";
import { processEngine } from "./process-engine.ts";
import { threadEngine } from "./thread-engine.ts";

/** The engine for a start method: piscina for threads, our Processes for all others. */
export function engineOf(method: StartMethodName): Engine {
  return method === "thread" ? threadEngine : processEngine(method);
}
