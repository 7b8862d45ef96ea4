// Starts a child by `fork` for each line that it reads, and answers with the milliseconds from the call to the
// child's end.
import { createInterface } from "node:readline";
import { Process } from "@manyhands/process";

for await (const _ of createInterface(process.stdin)) {
  const began = performance.now();
  const code = await new Process(() => {}, { startMethod: "fork" }).start().join();
  if (code !== 0) throw new Error(`a child ended with ${code}`);
  console.log(performance.now() - began);
}
