import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { catalogue, kernelsOf, measureScaling } from "@manyhands/bench";
import { expect, it } from "vitest";
import { deadly, sound, unprepared, wrong } from "../fixture/kernels.js";
import { allowed, seen, wasteful } from "../fixture/observant-kernels.js";

const hasTaskset = spawnSync("taskset", ["--version"]).status === 0;

const short = {
  size: "tiny",
  levels: [1, 2],
  maxRounds: 6,
  seed: 5,
  launches: 1,
  warmUpMs: 20,
  ceiling: false,
} as const;

const twoCpus = { usable: 2, affinity: [0, 1], virtual: false };

it("measureScaling runs all cells in each round, in random order, and verifies every answer", async () => {
  const result = await measureScaling({ ...short, kernels: catalogue.slice(0, 1) });
  expect(result.kernels).toMatchObject([{ id: "ep", rounds: 6 }]);
  expect(result.cells.map((cell) => cell.id)).toEqual(["ep/serial", "ep/pool/1", "ep/pool/2"]);
  const samples = result.cells.flatMap((cell) => cell.samples.map((sample) => ({ cell: cell.id, ...sample })));
  expect(samples.every((sample) => sample.verified)).toBe(true);
  const order = samples.sort((a, b) => a.seq - b.seq).map((sample) => sample.cell);
  const rounds = Array.from({ length: 6 }, (_, round) => order.slice(round * 3, round * 3 + 3));
  for (const round of rounds) expect(new Set(round).size).toBe(3);
  expect(new Set(rounds.map((round) => round.join())).size).toBeGreaterThan(1);
  expect(result.latencies.find((latency) => latency.cell === "ep/serial")).toMatchObject({ samples: 6 });
  expect(result.levels).toHaveLength(2);
  for (const level of result.levels) expect(level.speedUp.low).toBeLessThanOrEqual(level.speedUp.high);
});

it("a wrong answer ends its own kernel only", async () => {
  const result = await measureScaling({ ...short, kernels: [wrong, sound] });
  expect(result.kernels[0]).toMatchObject({ id: "wrong", rounds: 0, stoppedBy: "wrong-answer" });
  expect(result.kernels[0]?.wrong).toMatch(/sum is 28, published is 29/);
  expect(result.levels.map((level) => level.kernel)).toEqual(["sound", "sound"]);
  expect(result.warnings).toContainEqual(
    expect.objectContaining({ code: "wrong-answer", severity: "invalid", subject: "wrong" }),
  );
});

it("a worker that fails to start becomes a warning with the reason", async () => {
  const result = await measureScaling({ ...short, kernels: [unprepared] });
  expect(result.warnings).toContainEqual(
    expect.objectContaining({ code: "failed", text: expect.stringContaining("no input here") }),
  );
});

it.each<[string, RegExp]>([
  ["throws", /exited early: chunk 3 is bad/],
  ["promises", /promises\(\) returned a promise: time spent waiting uses no core/],
])("a user's function that %s becomes a warning with the reason", async (name, why) => {
  const all = await kernelsOf(new URL("../fixture/bad-work.js", import.meta.url));
  const { warnings } = await measureScaling({ ...short, kernels: all.filter(({ id }) => id === name) });
  expect(warnings).toContainEqual(expect.objectContaining({ code: "failed", text: expect.stringMatching(why) }));
});

it.each(["thread", "spawn"] as const)("an abort ends a function that never returns, in a %s", async (backend) => {
  const all = await kernelsOf(new URL("../fixture/bad-work.js", import.meta.url));
  const endless = all.filter(({ id }) => id === "endless");
  const result = await measureScaling({ ...short, kernels: endless, backend, signal: AbortSignal.timeout(500) });
  expect(result.kernels).toEqual([]);
  expect(result.warnings.filter(({ code }) => code === "failed")).toEqual([]);
});

it("measureScaling marks levels beyond the usable CPUs as oversubscribed and warns", async () => {
  const cpus = { usable: 1, affinity: [0], virtual: false };
  const result = await measureScaling({ ...short, kernels: [sound], cpus });
  expect(result.levels.map((level) => level.oversubscribed)).toEqual([false, true]);
  expect(result.warnings.map((warning) => warning.code)).toEqual(expect.arrayContaining(["oversubscribed", "one-cpu"]));
});

it("an abort ends the run and keeps the samples so far", async () => {
  const abort = new AbortController();
  const result = await measureScaling({
    ...short,
    kernels: [sound, wrong],
    signal: abort.signal,
    onProgress: ({ doing }) => doing.startsWith("round 3") && abort.abort(),
  });
  expect(result.kernels).toMatchObject([{ id: "sound", stoppedBy: "interrupted" }]);
  expect(result.cells[0]?.samples.length).toBeGreaterThanOrEqual(2);
});

it.each([
  [{ levels: [0] }, /whole numbers from 1/],
  [{ targetError: 2 }, /between 0 and 1/],
  [{ maxRounds: 0 }, /whole number from 1/],
  [{ maxTimeMs: -1 }, /above 0/],
])("measureScaling refuses %o", async (options, message) => {
  await expect(measureScaling({ kernels: [sound], ...options })).rejects.toThrow(message);
});

it("measureScaling measures native threads in the same rounds, and the speed-up relative to theirs", async () => {
  const result = await measureScaling({ ...short, ceiling: true, kernels: [sound] });
  expect(
    result.cells.filter((cell) => cell.role === "ceiling").map((cell) => [cell.workers, cell.samples.length]),
  ).toEqual([
    [1, 6],
    [2, 6],
  ]);
  expect(result.levels[1]?.ceiling?.value).toBeGreaterThan(0);
  expect(result.levels[1]?.machineEfficiency?.value).toBeGreaterThan(0);
});

it("rounds end at the first checkpoint at which every interval is narrow enough", async () => {
  const wide = { ...short, maxRounds: 42, targetError: 0.999, maxTimeMs: 60_000 };
  const result = await measureScaling({ ...wide, kernels: catalogue.slice(0, 1) });
  expect(result.kernels[0]).toMatchObject({ stoppedBy: "target-error" });
  expect([6, 9, 13, 19, 28]).toContain(result.kernels[0]?.rounds);
});

it("weak mode does one copy of the job per worker, and fits Gustafson's law", async () => {
  const result = await measureScaling({ ...short, kernels: [sound], mode: "weak", cpus: twoCpus });
  expect(result.cells.map((cell) => cell.copies / (result.cells[0]?.copies ?? 1))).toEqual([1, 1, 2]);
  expect(result.results[0]?.gustafson).toBeDefined();
});

it.each(["thread", "spawn"] as const)("the trace shows which %s worker did which chunk when", async (backend) => {
  const { kernels } = await measureScaling({ ...short, maxRounds: 1, kernels: [sound], cpus: twoCpus, backend });
  const [{ chunks = 0, copies = 0, trace } = {}] = kernels;
  expect(trace?.workers).toHaveLength(2);
  const all = trace?.workers.flatMap((worker) => worker.chunks) ?? [];
  expect(all.sort((one, two) => one - two)).toEqual(Array.from({ length: chunks * copies }, (_, chunk) => chunk));
  for (const { startNs, endsNs, chunks: own } of trace?.workers ?? []) {
    const times = [0, startNs, ...endsNs, trace?.spanNs ?? 0];
    expect(times).toEqual([...times].sort((one, two) => one - two));
    expect(endsNs).toHaveLength(own.length);
  }
});

it("worker processes share the work as threads do, and every answer is verified", async () => {
  const result = await measureScaling({ ...short, kernels: catalogue.slice(1, 3), backend: "spawn" });
  expect(result.kernels.map((kernel) => [kernel.id, kernel.rounds, kernel.wrong])).toEqual([
    ["mandelbrot", 6, undefined],
    ["primes", 6, undefined],
  ]);
  expect(result.design.backend).toBe("spawn");
  expect(result.cells.every((cell) => cell.samples.every((sample) => sample.verified))).toBe(true);
});

it("a worker process that exits becomes a warning with its exit code", async () => {
  const result = await measureScaling({ ...short, kernels: [deadly], backend: "spawn" });
  expect(result.warnings).toContainEqual(
    expect.objectContaining({ code: "failed", text: expect.stringMatching(/exited early: .*9/) }),
  );
});

it("kernelsOf makes kernels of a user's functions, which measureScaling measures", async () => {
  const kernels = await kernelsOf(new URL("../fixture/plain.js", import.meta.url));
  const result = await measureScaling({ ...short, kernels });
  expect(result.levels.map(({ kernel, workers }) => [kernel, workers])).toEqual([
    ["steady", 1],
    ["steady", 2],
  ]);
});

it.runIf(hasTaskset).each(["thread", "spawn"] as const)(
  "restrict pins each cell of %s workers to as many CPUs as workers, and ends with the run",
  async (backend) => {
    const own = () => /^Cpus_allowed_list:.*$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[0];
    const before = own();
    seen.length = 0;
    const result = await measureScaling({ ...short, maxRounds: 1, kernels: [allowed], restrict: true, backend });
    const [{ usable }] = [result.context.cpus];
    expect([...seen].sort()).toEqual([1, 1, Math.min(2, usable)]);
    expect(result.design.restrict).toBe(true);
    expect(own()).toBe(before);
  },
);

it("measureScaling refuses restrict together with pin", async () => {
  await expect(measureScaling({ kernels: [sound], restrict: true, pin: "threads" })).rejects.toThrow(
    /Cannot restrict cells while workers are pinned/,
  );
});

it.each(["thread", "spawn"] as const)("collect collects the garbage of %s workers between cells", async (backend) => {
  seen.length = 0;
  const result = await measureScaling({ ...short, levels: [1], kernels: [wasteful], collect: true, backend });
  expect(result.design.collect).toBe(true);
  expect(seen).toHaveLength(12);
  // A cell has two chunks. The second one may see the garbage of the first one, but not that of an earlier cell.
  expect(Math.max(...seen) - Math.min(...seen)).toBeLessThan(12e6);
  expect(Math.max(...seen)).toBeLessThan(30e6);
});
