import type { StartMethodName } from "../../start/start-method.ts";
import type { Engine } from "./engine.ts";
import { createProcessEngine } from "./process-engine.ts";
import { threadEngine } from "./thread-engine.ts";

/** The engine of a start method: piscina for threads, our `Process` for all others. */
export function selectEngine(method: StartMethodName): Engine {
  return method === "thread" ? threadEngine : createProcessEngine(method);
}
