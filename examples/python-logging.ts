// Python's `multiprocessing` page, "Logging": the messages of the program and of this package, from all processes.
// logToStderr("info") prints them on stderr. Here, a handler prints them.

import { getLogger, type LogRecord, Process } from "@manyhands/process";

const print = ({ level, processName, message }: LogRecord) => console.log(`[${level}/${processName}] ${message}`);
const logger = getLogger();
logger.level = "info";
logger.addHandler(print);
logger.warning("doomed");

const p = new Process(() => {
  // Children inherit the level, and no handlers.
  getLogger().addHandler(print);
  getLogger().info("working");
});
p.start();
await p.join();

// Output:
// [warning/MainProcess] doomed
// [info/Process-1] working
// [info/Process-1] process shutting down
// [info/Process-1] process exiting with exit code 0
