// What is loaded, by this file's URL, in a process that is observed.

export { openTraceFolder } from "../observe/record/trace-folder.ts";
export { startObserver } from "../observe/start-observer.ts";
export { TimeSums } from "../observe/times/time-sums.ts";
