import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { allowWatching } from "@manyhands/process";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawRows, withShares } from "../../src/cli/process-rows.ts";
import type { Row } from "../../src/cli/watched.ts";
import { frameHeader } from "../../src/connection/python-frame.ts";

const command = join(import.meta.dirname, "../../bin/manyhands.js");
const program = join(import.meta.dirname, "../fixture/watched.js");
const socketOf = (pid: number) => join(tmpdir(), `manyhands-watch-${process.getuid?.()}`, `${pid}.sock`);

function manyhands(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

async function watched(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child as ChildProcess & { pid: number };
}

describe("a program that may be watched", () => {
  let child: Awaited<ReturnType<typeof watched>>;
  beforeAll(async () => {
    child = await watched();
  });
  afterAll(async () => {
    child.stdin?.end();
    await once(child, "exit");
    expect(existsSync(socketOf(child.pid))).toBe(false);
  });

  it("is listed with everything below it, for people and for programs", async () => {
    const { code, out } = await manyhands("ps", String(child.pid));
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/PID +TID +PPID +METHOD +STATE +CPU% +CPU s +RSS MB +HEAP MB +QUEUED +TASKS +NAME/);
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(/ thread .* a \?\[2J child$/);
    const rows = JSON.parse((await manyhands("ps", String(child.pid), "--json")).out);
    expect(rows.map((row: Row) => [row.queuedItems, row.tasks])).toEqual([
      [3, 2],
      [null, null],
      [3, null],
    ]);
    expect(rows.map((row: Row) => [row.startMethod, row.parentPid])).toEqual([
      [null, expect.any(Number)],
      ["thread", child.pid],
      ["spawn", child.pid],
    ]);
  });

  it("is shown anew, with the share of a processor that each took", async () => {
    const { code, out } = await manyhands("top", String(child.pid), "--json", "--count", "2", "--interval-ms", "50");
    expect(code).toBe(0);
    const [first, second] = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first[0].cpuShare).toBeUndefined();
    expect(second[0].cpuShare).toBeGreaterThanOrEqual(0);
    const drawn = await manyhands("top", String(child.pid), "--count", "1");
    expect(drawn.out).toMatch(/^3 processes and threads/);
  });

  it("has its socket where only its user can enter", () => {
    expect(statSync(dirname(socketOf(child.pid))).mode & 0o777).toBe(0o700);
  });
});

it("a program that was killed is listed no more, and its socket goes", async () => {
  const child = await watched();
  child.kill("SIGKILL");
  await once(child, "exit");
  const { code, err } = await manyhands("ps", String(child.pid));
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("call allowWatching() in the program") });
  expect(existsSync(socketOf(child.pid))).toBe(false);
  expect((await manyhands("top", String(child.pid))).code).toBe(1);
});

it("a program that does not answer is named, and hides no other", async () => {
  const [busy, other] = await Promise.all([watched(), watched()]);
  try {
    busy.kill("SIGSTOP");
    const looks = [manyhands("ps", "--json"), manyhands("top", String(busy.pid))];
    const [listed, shown] = (await Promise.all(looks)) as Awaited<(typeof looks)[0]>[];
    const complaint = `program ${busy.pid} has not answered for 3 s`;
    expect([listed?.code, shown?.code]).toEqual([1, 1]);
    expect([listed?.err, shown?.err]).toEqual([expect.stringContaining(complaint), expect.stringContaining(complaint)]);
    const pids = JSON.parse(listed?.out ?? "").map((row: Row) => row.pid);
    expect([pids.includes(other.pid), pids.includes(busy.pid)]).toEqual([true, false]);
  } finally {
    for (const child of [busy, other]) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  // Neither is there any more, whichever pid is tried first.
  const { code, err } = await manyhands("top", String(busy.pid));
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("call allowWatching() in the program") });
});

it("who has read enough, as head does, ends the command without complaint", async () => {
  const allowed = await allowWatching();
  const child = spawn(process.execPath, [command, "top", String(process.pid), "--json", "--interval-ms", "1"]);
  let complaints = "";
  child.stderr.on("data", (piece) => {
    complaints += piece;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = await once(child, "close");
  allowed[Symbol.dispose]();
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
});

it("what is no question to a watched program does it no harm (seeded)", async () => {
  const allowed = await allowWatching();
  try {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("ffffffffffffffffffffffff", "7fffffff", "80000000").map((hex) => Buffer.from(hex, "hex")),
      fc.uint8Array({ maxLength: 100 }).map((text) => Buffer.concat([frameHeader(text.byteLength), text])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 3 }), async (pieces) => {
        const stranger = connect(socketOf(process.pid));
        stranger.on("error", () => {});
        stranger.resume();
        for (const piece of pieces) stranger.write(piece);
        stranger.end();
        await once(stranger, "close");
      }),
      { seed: 20261125, numRuns: 100 },
    );
    expect((await manyhands("ps", String(process.pid))).code).toBe(0);
  } finally {
    allowed[Symbol.dispose]();
  }
});

it("watching ends when what allowed it is disposed of", async () => {
  const allowed = await allowWatching();
  expect(existsSync(socketOf(process.pid))).toBe(true);
  allowed[Symbol.dispose]();
  expect(existsSync(socketOf(process.pid))).toBe(false);
});

it.each([
  ["ps", "x"],
  ["ps", "1", "2"],
  ["top", "--count", "0"],
  ["ps", "--colour"],
])("manyhands %s %s is told how it is done", async (...args) => {
  const { code, err } = await manyhands(...args);
  expect(code).toBe(2);
  expect(err).toContain("see manyhands --help");
  expect((await manyhands("--help")).out).toContain("top [PID]");
});

describe("a table of processes", () => {
  const row = {
    pid: 1,
    threadId: 0,
    parentPid: 0,
    name: "a name",
    state: "running",
    startMethod: null,
    daemon: false,
    exitCode: null,
    cpuUserMs: 100,
    cpuSystemMs: 0,
    heapUsedBytes: null,
    residentBytes: 5e6,
    queuedItems: 7,
    tasks: null,
    limits: null,
    startedAt: "",
  } as Row;

  it("fits the terminal, whatever its width", () => {
    const rows = [row, { ...row, name: "long ".repeat(50) }];
    for (const width of [10, 40, 80, 132]) {
      for (const line of drawRows(rows, width)) expect(line.length).toBeLessThanOrEqual(width);
    }
    expect(drawRows(rows, 40).map((line) => line.trim().split(/ {2,}/)[0])).toEqual(["PID", "1", "1"]);
    expect(drawRows(rows, 80)[0]).toMatch(/PID.*STATE.*CPU%.*RSS MB.*QUEUED.*TASKS.*NAME$/);
    for (const line of drawRows(rows, 40).slice(1)) expect(line).toMatch(/a name|long/);
    const wide = drawRows([{ ...row, name: "\u540d\u524d".repeat(50) }], 40)[1] as string;
    expect([...wide].filter((character) => character >= "\u1100").length * 2).toBeLessThanOrEqual(40);
    expect(drawRows([{ ...row, name: "a\u202eb\x1b[2J" }])[1]).toMatch(/ a\?b\?\[2J$/);
  });

  it("tells shares of a processor from two looks", () => {
    const [shown] = withShares([{ ...row, cpuUserMs: 150 }], [row], 100);
    expect(shown?.cpuShare).toBe(0.5);
    expect(withShares([row], [], 100)[0]).not.toHaveProperty("cpuShare");
  });
});
