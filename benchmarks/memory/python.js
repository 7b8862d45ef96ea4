// Python's side of a comparison: a program that repeats a piece of work on request, and times itself.
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * Starts it.
 *
 * @returns {{ took(work: string, times: number): Promise<number>, end(): Promise<void> } | undefined} `took` returns
 *   the milliseconds. `undefined` without python3.
 */
export function startPython() {
  if (spawnSync("python3", ["--version"]).status !== 0) return undefined;
  const script = fileURLToPath(new URL("python.py", import.meta.url));
  const child = spawn("python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async took(work, times) {
      child.stdin.write(`${work} ${times}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("Python ended");
      return Number(value);
    },
    async end() {
      child.stdin.end();
      await new Promise((resolve) => child.once("close", resolve));
    },
  };
}
