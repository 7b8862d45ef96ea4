// Python's `multiprocessing` page, "The Process class": a child, and the ids of the processes involved.

import { currentProcess, Process, parentProcess } from "@manyhands/process";

function info(title: string): void {
  console.log(title);
  console.log("parent process:", parentProcess()?.name ?? "none");
  console.log("this process:", currentProcess().name);
}

function f(name: string): void {
  info("function f");
  console.log("hello", name);
}

info("main line");
const p = new Process(f, { args: ["bob"] });
p.start();
await p.join();

// Output:
// main line
// parent process: none
// this process: MainProcess
// function f
// parent process: MainProcess
// this process: Process-1
// hello bob
