import { expect, it } from "vitest";
import { runProgram } from "../fixture/run-program.ts";

// The number of WeakRefs in this thread, after a garbage collection.
const count = `process.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
  const gc = process.getBuiltinModule("node:vm").runInNewContext("gc");
  const count = () => process.getBuiltinModule("node:v8").queryObjects(WeakRef, { format: "count" });`;

it.each([
  ["a function that captures nothing", "(x) => x + 1"],
  ["a closure", "(x) => x + step"],
])("a pool keeps nothing of calls with a new function each: %s", async (_, fn) => {
  const { out, err, code } = await runProgram(
    "spawn",
    `${count}
    const pool = new api.Pool({ processes: 1, execArgv: ["--expose-gc"] });
    const run = async (calls) => {
      // A collection now and then bounds how many functions are kept for want of one.
      for (let i = 0; i < calls; i++) { if (i % 50 === 0) gc(); const step = i; await pool.apply(${fn}, [i]); }
    };
    const heapOfWorker = () => pool.apply(async () => {
      for (let i = 0; i < 3; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)); }
      return process.memoryUsage().heapUsed;
    });
    await run(500);
    const kept = [], grown = [];
    for (let i = 0; i < 3; i++) {
      const [refs, bytes] = [count(), await heapOfWorker()];
      await run(500);
      kept.push(count() - refs);
      grown.push((await heapOfWorker() - bytes) / 500);
    }
    console.log(JSON.stringify([Math.min(...kept), Math.min(...grown)]));
    await pool[Symbol.asyncDispose]();`,
  );
  expect({ err, code }).toEqual({ err: "", code: 0 });
  const [kept, grown] = JSON.parse(out[0] as string) as [number, number];
  // One for each call, or 170 bytes for each, when they were kept.
  expect(kept).toBeLessThan(250);
  expect(grown).toBeLessThan(85);
});
