import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { allowWatching } from "@manyhands/process";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawRows, withShares } from "../../src/cli/process-rows.ts";
import type { ProcessRow } from "../../src/cli/watched-program.ts";
import { pythonFrameHeader } from "../../src/connection/python-frame.ts";
import { readWatchSocketName } from "../../src/process/watch/watch-folder.ts";

const command = join(import.meta.dirname, "../../bin/manyhands.js");
const program = join(import.meta.dirname, "../fixture/watched.js");
const folder = join(tmpdir(), `manyhands-watch-${process.getuid?.()}`);
/** The path of a program's socket; none when it has none. */
const socketOf = (pid: number) => {
  const name = readdirSync(folder).find((name) => readWatchSocketName(name)?.id === pid);
  return name === undefined ? "" : join(folder, name);
};

function manyhands(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

async function startWatched(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child as ChildProcess & { pid: number };
}

describe("a program that can be watched", () => {
  let child: Awaited<ReturnType<typeof startWatched>>;
  beforeAll(async () => {
    child = await startWatched();
  });
  afterAll(async () => {
    child.stdin?.end();
    await once(child, "exit");
    expect(existsSync(socketOf(child.pid))).toBe(false);
  });

  it("ps lists it with its threads and processes, as text and as JSON", async () => {
    const { code, out } = await manyhands("ps", String(child.pid));
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/PID +TID +PPID +METHOD +STATE +CPU% +CPU s +RSS MB +HEAP MB +QUEUED +TASKS +NAME/);
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(/ thread .* a \?\[2J child$/);
    const rows = JSON.parse((await manyhands("ps", String(child.pid), "--json")).out);
    expect(rows.map((row: ProcessRow) => [row.queuedItems, row.tasks])).toEqual([
      [3, 2],
      [null, null],
      [3, null],
    ]);
    expect(rows.map((row: ProcessRow) => [row.startMethod, row.parentPid])).toEqual([
      [null, expect.any(Number)],
      ["thread", child.pid],
      ["spawn", child.pid],
    ]);
  });

  it("top shows it at an interval, with shares of processor time", async () => {
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

  it("has its socket in a folder that only its user can enter", () => {
    expect(statSync(dirname(socketOf(child.pid))).mode & 0o777).toBe(0o700);
  });
});

it("ps and top do not find a killed program, and remove its socket", async () => {
  const child = await startWatched();
  child.kill("SIGKILL");
  await once(child, "exit");
  const { code, err } = await manyhands("ps", String(child.pid));
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("there is no process with that id") });
  expect(existsSync(socketOf(child.pid))).toBe(false);
  expect((await manyhands("top", String(child.pid))).code).toBe(1);
});

it("ps names a program that does not answer, and lists the others", async () => {
  const [busy, other] = await Promise.all([startWatched(), startWatched()]);
  try {
    busy.kill("SIGSTOP");
    const commands = [manyhands("ps", "--json"), manyhands("top", String(busy.pid))];
    const [listed, shown] = (await Promise.all(commands)) as Awaited<(typeof commands)[0]>[];
    const message = `program ${busy.pid} has not answered for 3 s`;
    expect([listed?.code, shown?.code]).toEqual([1, 1]);
    expect([listed?.err, shown?.err]).toEqual([expect.stringContaining(message), expect.stringContaining(message)]);
    const pids = JSON.parse(listed?.out ?? "").map((row: ProcessRow) => row.pid);
    expect([pids.includes(other.pid), pids.includes(busy.pid)]).toEqual([true, false]);
    expect(shown?.err).toContain("try again later");
    busy.kill("SIGCONT");
    expect(await manyhands("ps", String(busy.pid))).toMatchObject({ code: 0, err: "" });
  } finally {
    for (const child of [busy, other]) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  // Neither program is left, so the order in which their pids are tried does not matter.
  const { code, err } = await manyhands("top", String(busy.pid));
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("there is no process with that id") });
});

it("ps and top name allowWatching() for a program that runs and does not call it", async () => {
  for (const command of ["ps", "top"]) {
    const { code, err } = await manyhands(command, String(process.pid));
    expect({ code, err }).toEqual({
      code: 1,
      err: `manyhands ${command}: program ${process.pid} cannot be watched; call allowWatching() in it\n`,
    });
  }
});

it("top ends without an error when its reader closes the pipe, as head does", async () => {
  const allowed = await allowWatching();
  const child = spawn(process.execPath, [command, "top", String(process.pid), "--json", "--interval-ms", "1"]);
  let errors = "";
  child.stderr.on("data", (piece) => {
    errors += piece;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = await once(child, "close");
  allowed[Symbol.dispose]();
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
});

it("a watched program survives invalid messages (seeded)", async () => {
  const allowed = await allowWatching();
  try {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("ffffffffffffffffffffffff", "7fffffff", "80000000").map((hex) => Buffer.from(hex, "hex")),
      fc.uint8Array({ maxLength: 100 }).map((text) => Buffer.concat([pythonFrameHeader(text.byteLength), text])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 3 }), async (pieces) => {
        const client = connect(socketOf(process.pid));
        client.on("error", () => {});
        client.resume();
        for (const piece of pieces) client.write(piece);
        client.end();
        await once(client, "close");
      }),
      { seed: 20261125, numRuns: 100 },
    );
    expect((await manyhands("ps", String(process.pid))).code).toBe(0);
  } finally {
    allowed[Symbol.dispose]();
  }
});

it("allowWatching() ends when its result is disposed", async () => {
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
])("manyhands %s %s prints how to write it", async (...args) => {
  const { code, err } = await manyhands(...args);
  expect(code).toBe(2);
  expect(err).toContain(`see manyhands ${args[0]} --help`);
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
  } as ProcessRow;

  it("fits terminals of all widths", () => {
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

  it("computes shares of processor time from two updates", () => {
    const [shown] = withShares([{ ...row, cpuUserMs: 150 }], [row], 100);
    expect(shown?.cpuShare).toBe(0.5);
    expect(withShares([row], [], 100)[0]).not.toHaveProperty("cpuShare");
  });
});
