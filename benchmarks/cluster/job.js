// The jobs of both sides.
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export const increment = (x) => x + 1;

/** Keeps a processor busy for `ms` milliseconds, and returns them. */
export function busy(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

/** Writes the time and its process id to a file. Waits until it is killed the first time; returns the second time. */
export async function waitOnce(file) {
  const isFirst = !existsSync(file);
  appendFileSync(file, `${Date.now()} ${process.pid}\n`);
  if (isFirst) await sleep(600_000);
  return "again";
}
