import { join } from "node:path";
import { allowWatching, type ProcessInfo, ps } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { drawTimes } from "../../src/cli/time-rows.ts";
import { type ProcessRow, watch } from "../../src/cli/watched-program.ts";
import { allMethods, runProgram } from "../fixture/run-program.ts";

const command = join(import.meta.dirname, "../../bin/manyhands.js");

/** Starts top, and prints what each process waits for as soon as all that is listed is as expected. */
const watchFor = (expected: object) => `
  const { spawn } = await import("node:child_process");
  const { createInterface } = await import("node:readline");
  const expected = ${JSON.stringify(expected)};
  const top = spawn(process.execPath, [${JSON.stringify(command)}, "top", String(process.pid), "--json", "--interval-ms", "50"]);
  for await (const line of createInterface({ input: top.stdout })) {
    const waits = JSON.parse(line).map(({ name, times }) => [name, times?.waitsFor && [times.waitsFor.kind, times.waitsFor.name, times.waitsFor.holder !== null]]);
    const found = Object.fromEntries(waits);
    if (!Object.keys(expected).every((name) => JSON.stringify(found[name]) === JSON.stringify(expected[name]))) continue;
    console.log("found", JSON.parse(line).every(({ times }) => times === null || times.watchedMs > 0));
    top.kill();
    process.exit();
  }`;

describe.each(allMethods)("manyhands top of a program with children by %s", (method) => {
  it("names what each process waits for, also since before top was started", async () => {
    const { code, out, err } = await runProgram(
      method,
      `const { Lock, Pipe, Process, Queue } = api;
      await manyhands.allowWatching();
      const named = (object, name) => Object.assign(object, { name });
      const [accounts, jobs, [here, there]] = [named(new Lock(), "accounts"), named(new Queue(), "jobs"), Pipe()];
      await accounts.acquire();
      const start = (name, target, ...args) => new Process(target, { name, args, daemon: true }).start();
      start("blocks", (lock) => { lock.acquireSync(); }, accounts);
      start("awaits", async (lock) => { await lock.acquire(); }, accounts);
      start("gets", async (queue) => { await queue.get(); }, jobs);
      start("receives", async (connection) => { await connection.recv(); }, there);
      const sleeper = start("sleeps", () => new Promise((resolve) => setTimeout(resolve, 1e6)));
      void sleeper.join();
      ${watchFor({
        MainProcess: ["child", "sleeps", false],
        blocks: ["lock", "accounts", true],
        awaits: ["lock", "accounts", true],
        gets: ["queue", "jobs", false],
        receives: ["message", "Pipe-1", false],
        sleeps: null,
      })}`,
    );
    expect({ code, out, err }).toEqual({ code: 0, out: ["found true"], err: "" });
  });
});

it("a program adds up its times only while it is watched", async () => {
  const timesOf = async () => (await ps())[0]?.times;
  expect(await timesOf()).toBeNull();
  using _allowed = await allowWatching();
  const program = await watch(process.pid);
  const [row] = ((await program?.rows(60_000)) ?? []) as ProcessRow[];
  await new Promise((resolve) => setTimeout(resolve, 30));
  const { watchedMs, computingMs, gcMs, idleMs, waits } = (await timesOf()) as NonNullable<ProcessInfo["times"]>;
  const sum = waits.reduce((total, { ms }) => total + ms, computingMs + gcMs + idleMs);
  expect(sum).toBeCloseTo(watchedMs, 0);
  expect(row?.times?.watchedMs).toBeLessThan(watchedMs);
  await program?.rows(1);
  await expect.poll(timesOf).toBeNull();
  program?.close();
});

describe("a table of times", () => {
  const times = (ms: number, more: object = {}) => ({
    watchedMs: ms,
    computingMs: ms / 2,
    gcMs: 0,
    idleMs: ms / 4,
    waits: [{ kind: "lock", name: "accounts", ms: ms / 4 }],
    noProcessorMs: null,
    waitsFor: null,
    ...more,
  });
  const row = (pid: number, threadId: number, given: unknown) =>
    ({ pid, threadId, name: `name ${pid}`, times: given }) as ProcessRow;

  it("has shares of the time since the update before, and none for the first update", () => {
    expect(drawTimes([row(1, 0, times(100))], [])).toEqual([]);
    const waitsFor = { kind: "lock", name: "accounts\u001b[2J", holder: "process 2" };
    const rows = [row(1, 0, times(300, { waitsFor })), row(2, 0, times(200)), row(3, 0, null)];
    const before = [row(1, 0, times(100)), row(2, 0, times(100)), row(3, 0, null)];
    expect(drawTimes(rows, before)).toEqual([
      "",
      "PID  TID  COMP%  LOCK%  QUEUE%  MSG%  CHILD%  IDLE%  GC%  NOCPU%  WAITS FOR",
      "  1    -     50     25       0     0       0     25    0       -  accounts?[2J, held by name 2 (process 2)",
      "  2    -     50     25       0     0       0     25    0       -  (accounts)",
    ]);
    for (const width of [20, 60, 80, 120]) {
      for (const line of drawTimes(rows, before, width)) expect(line.length).toBeLessThanOrEqual(width);
    }
  });
});
