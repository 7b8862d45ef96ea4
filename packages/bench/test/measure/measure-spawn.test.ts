import { spawnSync } from "node:child_process";
import { type ChildTimes, measureSpawn } from "@manyhands/bench";
import { expect, it } from "vitest";

/** The stamps after the call, t1 to t8. */
const stamps = [
  "returnedNs",
  "startedNs",
  "readyNs",
  "sentNs",
  "begunNs",
  "answeredNs",
  "stoppedNs",
  "goneNs",
] as const satisfies readonly (keyof ChildTimes)[];

/** A child may run before the call returned. All later times are in order. */
function expectInOrder(each: ChildTimes): void {
  expect(each.returnedNs).toBeGreaterThan(0);
  const given = stamps.slice(1).flatMap((stamp) => each[stamp] ?? []);
  expect(given).toEqual([...given].sort((one, two) => one - two));
}

it("measureSpawn starts children by every method, with times in order", async () => {
  const result = await measureSpawn({ rounds: 2, alive: [], seed: 1 });
  const methods = result.rows.map((row) => row.method);
  expect(methods).toEqual(
    expect.arrayContaining(["thread", "spawn", "worker", "child_process.fork", "C vfork", "Python spawn"]),
  );
  for (const row of result.rows.filter((candidate) => candidate.unavailable === undefined)) {
    expect(row.starts.map((each) => each.round)).toEqual([0, 1]);
    for (const each of row.starts) expectInOrder(each);
  }
  const worker = result.rows.find((row) => row.method === "worker");
  expect(Object.keys(worker?.starts[0] ?? {})).toEqual(["round", "seq", ...stamps]);
  const orders = [0, 1].map((round) =>
    result.rows.flatMap((row) => row.starts.filter((each) => each.round === round)).map((each) => each.seq),
  );
  expect(new Set(orders.flat()).size).toBe(orders.flat().length);
});

it("measureSpawn measures children beside idle ones, bursts, and memory: only processes have unshared pages", async () => {
  const result = await measureSpawn({ rounds: 1, methods: ["worker", "spawn"], alive: [0, 2] });
  const [worker, spawned] = result.rows;
  for (const row of result.rows) {
    expect(row.growth?.starts.map((each) => each.alive)).toEqual([0, 0, 0, 2, 2, 2]);
    expect(row.growth?.nsPerChild).not.toBeNaN();
    expect(row.burst?.children).toBe(2);
    expect(row.burst?.spansNs.every((ns) => ns > 0)).toBe(true);
  }
  if (process.platform !== "linux") return;
  expect(worker?.footprint?.ussBytes).toBeUndefined();
  expect(worker?.footprint?.pssBytes).toBeGreaterThan(2 ** 20);
  expect(spawned?.footprint?.ussBytes).toBeGreaterThan(2 ** 20);
  expect(spawned?.footprint?.rssBytes).toBeGreaterThan(spawned?.footprint?.ussBytes ?? 0);
});

it("measureSpawn holds a ballast for methods that depend on it; a fork shares a buffer, not V8's heap", async () => {
  const bytes = 2 ** 26;
  const ballasts = (["heap", "sab"] as const).map((kind) => ({ kind, bytes }));
  const result = await measureSpawn({ rounds: 1, methods: ["warm pool thread", "worker"], ballasts });
  expect(result.rows.map((row) => [row.method, row.ballast.kind])).toEqual([
    ["worker", "heap"],
    ["worker", "sab"],
  ]);
  if (process.platform !== "linux") return;
  const [heap, sab] = result.parents;
  expect(heap?.rssBytes).toBeGreaterThan(bytes);
  expect((sab?.forkedBytes ?? 0) - (heap?.forkedBytes ?? 0)).toBeGreaterThan(bytes / 2);
});

it.runIf(process.platform === "linux")(
  "a method that fails between rounds becomes a warning, and its earlier rounds are kept",
  async () => {
    let killed = false;
    const { rows, warnings } = await measureSpawn({
      ...{ rounds: 4, methods: ["C fork", "worker"], alive: [] },
      onProgress({ doing }) {
        if (doing !== "child 3" || killed) return;
        killed = true;
        const { stdout } = spawnSync("pgrep", ["-P", String(process.pid), "-f", "children"], { encoding: "utf8" });
        process.kill(Number(stdout), "SIGKILL");
      },
    });
    expect(rows.map(({ starts }) => starts.length)).toEqual([2, 4]);
    expect(warnings).toContainEqual(
      expect.objectContaining({
        code: "failed",
        severity: "invalid",
        subject: "C fork",
        text: expect.stringContaining("the helper program ended"),
      }),
    );
  },
);

it("measureSpawn measures idle children and bursts of C and Python too", async () => {
  const { rows } = await measureSpawn({
    rounds: 1,
    methods: ["C pthread", "C posix_spawn", "C vfork", "Python fork"],
    alive: [0, 2],
  });
  for (const { method, unavailable, growth, burst, footprint } of rows) {
    if (unavailable !== undefined) continue;
    expect(growth?.starts.map((each) => each.alive)).toEqual([0, 0, 0, 2, 2, 2]);
    expect(burst).toMatchObject({ children: 2, spansNs: [expect.any(Number), expect.any(Number), expect.any(Number)] });
    if (process.platform !== "linux") continue;
    // A C thread has no pages of its own. An idle C program takes less than two megabytes.
    expect(footprint?.ussBytes === undefined).toBe(method === "C pthread");
    if (method.startsWith("C ")) expect(footprint?.pssBytes).toBeLessThan(2 ** 21);
  }
});

it("a thread on a spare worker answers before a thread that starts its worker", async () => {
  const { rows } = await measureSpawn({ rounds: 3, methods: ["thread", "thread spare"], alive: [] });
  const [cold, spare] = rows.map(({ starts }) => Math.min(...starts.map(({ answeredNs = Number.NaN }) => answeredNs)));
  expect(spare).toBeLessThan(cold as number);
});

it("measureSpawn refuses an unknown method, and the error lists the known ones", async () => {
  await expect(measureSpawn({ methods: ["magic"] })).rejects.toThrow(/no such method; there are thread, spawn/);
});

it("measureSpawn() estimates the runs with a ballast too", async () => {
  const leftNs: number[] = [];
  const buffer = (bytes: number) => ({ kind: "buffer", bytes }) as const;
  await measureSpawn({
    methods: ["thread", "spawn"],
    rounds: 6,
    alive: [],
    ballasts: [buffer(0), buffer(2 ** 20)],
    onProgress: (progress) => leftNs.push(progress.leftNs),
  });
  const estimates = leftNs.filter(Number.isFinite);
  // The last estimate is of one child by one method. The first is of 6 rounds in each of two runs.
  expect(estimates[0]).toBeGreaterThan(2 * (estimates.at(-1) as number));
  expect(estimates).toHaveLength(2 * 6 * 2 + 2 * 2);
});
