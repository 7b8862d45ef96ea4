import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnyFunction, StartMethodName, Target } from "@manyhands/process";
import { activeChildren } from "@manyhands/process";
import { expect, onTestFinished, vi } from "vitest";
import { expectWarnings } from "../setup/warnings.ts";

// A pool or an executor that breaks warns of it, once.
expectWarnings(/^BrokenProcessPoolError: Cannot go on: (Pool|ProcessPoolExecutor)-\d+ is broken/);

const plain = new URL("../fixture/pool-job.js", import.meta.url);
const runtime = new URL("../fixture/pool-runtime.js", import.meta.url);
const inRuntime = new Set([
  "name",
  "systemExit",
  "untilCancelled",
  "loopUntilCancelled",
  "nested",
  "giveSystemExitGetter",
  "pollFor",
  "loopUntilSignal",
  "createLock",
]);

/** A reference to a function of the fixtures. */
// biome-ignore lint/suspicious/noExplicitAny: the fixture is JavaScript
export function job(name: string): Target<(...args: any[]) => any> {
  return { module: inRuntime.has(name) ? runtime : plain, name } as Target<AnyFunction> as never;
}

/** The start methods that pools are tested with. */
export const methods: readonly StartMethodName[] = ["thread", "spawn"];

/** The outcome of each of several promises. */
export function outcomes<T>(promises: readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(promises);
}

/** The path of a file that does not exist yet: tasks wait until the test writes it. It is removed after the test. */
export function createGate(): string {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-gate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "go on");
}

/** Waits until no child process and no open port is left. */
export async function expectNothingLeft(): Promise<void> {
  const open = () =>
    process.getActiveResourcesInfo().filter((kind) => kind === "ProcessWrap" || kind === "MessagePort");
  // Not expect.poll(), which works in tests only: hooks call this as well.
  await vi.waitFor(() => expect([...activeChildren(), ...open()]).toEqual([]), { timeout: 100_000 });
}

export async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of results) values.push(value);
  return values;
}
