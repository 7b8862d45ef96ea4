import type { StartMethodName } from "@manyhands/process";
import { expect } from "vitest";
import { runProgram } from "../fixture/run-program.ts";

const job = JSON.stringify(new URL("../fixture/pool-job.js", import.meta.url).href);
const runtimeJob = JSON.stringify(new URL("../fixture/pool-runtime.js", import.meta.url).href);

/** Begins a program: a call of `hold()` occupies a worker until `release()`. */
const head = `
  import { writeFileSync } from "node:fs";
  const gate = process.argv[1] + ".gate";
  const job = (name) => ({ module: new URL(${job}), name });
  const runtimeJob = (name) => ({ module: new URL(${runtimeJob}), name });
  const print = (value) => console.log(JSON.stringify(value));
  const codeOf = (promise) => promise.then((value) => value, (error) => error.code ?? error.message);
  const hold = (pool) => pool.apply(job("untilExists"), [gate]);
  const release = () => writeFileSync(gate, "");
  const until = async (condition) => { while (!condition()) await new Promise((resolve) => setImmediate(resolve)); };
  const end = async (pool) => { pool.close(); await pool.join(); };
`;

/** Runs a program with pools that are made by `api`. @returns the values that it printed. */
export async function runPoolProgram(method: StartMethodName, text: string): Promise<unknown[]> {
  const { code, out, err } = await runProgram(method, `${head}${text}`);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out.map((line) => JSON.parse(line));
}
