// What is loaded, by this file's URL, in a process that is observed.
export { startObserver } from "../observe/record/start-observer.ts";
export { openTraceFolder } from "../observe/record/trace-folder.ts";
