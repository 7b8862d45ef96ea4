import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { measureMessages } from "@manyhands/bench";
import { expect, it } from "vitest";
import { MessageBatch } from "../../src/measure/message/message-batch.ts";
import { processTransports } from "../../src/measure/message/process-transport.ts";
import type { OpenTransport, Transport } from "../../src/measure/message/transport.ts";

it("every transport returns each payload unchanged, in every shape that it supports", async () => {
  const shapes = ["string", "bytes", "array", "object", "float64"] as const;
  const result = await measureMessages({ sizes: [4096], shapes, windows: [1, 4], rounds: 1, seed: 3 });
  const broken = result.transports.filter(
    ({ unavailable, family }) => unavailable !== undefined && (family === "node" || family === "manyhands"),
  );
  expect(broken).toEqual([]);
  for (const cell of result.cells) {
    expect(cell.samples).toHaveLength(1);
    expect(cell.samples[0]?.wayNs).toBeGreaterThan(0);
  }
  expect(new Set(result.cells.map((cell) => cell.transport))).toEqual(
    new Set(result.transports.flatMap(({ id, unavailable }) => (unavailable === undefined ? [id] : []))),
  );
  expect(result.streams.every(({ window, samples }) => window === 4 && samples.length === 1)).toBe(true);
  expect(result.streams.map((cell) => cell.transport)).not.toContain("worker memory");
  expect(result.cells.filter((cell) => cell.transport === "worker move").map((cell) => cell.shape)).toContain(
    "float64",
  );
});

it("many large messages in flight do not block each other when they exceed the buffers of a transport", async () => {
  const transports = ["Pipe thread", "Pipe spawn", "Listener", "stdio pipe", "unix socket"];
  const options = {
    transports,
    sizes: [2 ** 16],
    shapes: ["bytes"],
    windows: [16],
    rounds: 1,
    maxTimeMs: 30_000,
  } as const;
  const { streams, design } = await measureMessages(options);
  expect(design.stoppedBy).toBe("rounds");
  expect(streams.map(({ transport, samples }) => [transport, samples.length])).toEqual(transports.map((id) => [id, 1]));
});

it("measureMessages ends messages in flight and every far side when the time is up", async () => {
  const ids = ["Pipe thread", "Queue spawn", "Listener", "Pool thread", "C pipe", "Python Pipe"];
  const options = { transports: ids, sizes: [2 ** 22], shapes: ["bytes"], windows: [1, 4], maxTimeMs: 1 } as const;
  const { design, transports } = await measureMessages(options);
  expect(design.stoppedBy).toBe("max-time");
  expect(transports.map(({ id }) => id)).toEqual(ids);
});

it.runIf(process.platform === "linux")(
  "a far side that is killed ends its own transport only, with a warning",
  async () => {
    const killable = [
      "Pipe spawn",
      "Queue spawn",
      "Listener",
      "Manager spawn",
      "ipc advanced",
      "stdio pipe",
      "unix socket",
      "C pipe",
    ];
    let killed: number[] = [];
    const { warnings, cells } = await measureMessages({
      ...{
        transports: [...killable, "worker copy"],
        sizes: [64],
        shapes: ["bytes"],
        windows: [1],
        rounds: 4,
        maxTimeMs: 60_000,
      },
      onProgress({ doing }) {
        if (doing !== "round 3" || killed.length > 0) return;
        const children = spawnSync("pgrep", ["-P", String(process.pid), "-f", "entry/spawn|echo"], {
          encoding: "utf8",
        });
        killed = children.stdout.trim().split("\n").map(Number);
        for (const pid of killed) process.kill(pid, "SIGKILL");
      },
    });
    const failed = warnings.filter(({ code }) => code === "failed");
    expect(failed.map(({ subject }) => subject).sort()).toEqual([...killable].sort());
    for (const { text } of failed) expect(text).toMatch(/the far side exited: .+; the earlier rounds are kept$/);
    for (const { transport, samples } of cells)
      expect(samples.length).toBeGreaterThanOrEqual(transport === "worker copy" ? 4 : 2);
  },
);

it.runIf(process.platform === "linux").each(["ipc json", "ipc advanced"])(
  "a message to an exited process does not hide its signal, by %s",
  async (id) => {
    const opened = await (processTransports.find((transport) => transport.id === id) as Transport).open();
    const stat = `${opened.farPath}/stat`;
    process.kill(Number(/proc\/(\d+)/.exec(opened.farPath)?.[1]), "SIGKILL");
    // Blocks the event loop, so that the exit event does not come first. Every message to a zombie fails.
    while (!/\) Z /.test(readFileSync(stat, "utf8")));
    for (let message = 0; message < 10; message++) void opened.roundTrips("lost", 1, 1);
    expect(await opened.exited).toBe("SIGKILL");
    await opened.close();
  },
);

it("measureMessages fits latency and bandwidth to two sizes, and measures the CPU time of both sides", async () => {
  const transports = ["worker worker", "Pipe thread"];
  const result = await measureMessages({ transports, sizes: [0, 2 ** 20], shapes: ["bytes"], windows: [1], rounds: 2 });
  for (const fit of result.fits) expect(fit.bytesPerSecond).toBeGreaterThan(0);
  expect(result.fits).toHaveLength(2);
  if (process.platform !== "linux") return;
  // Linux updates CPU times when a thread leaves its CPU, or at a timer tick: one batch may read the same value twice.
  for (const id of transports)
    for (const side of ["nearCpuNs", "farCpuNs"] as const) {
      const own = result.cells.filter(({ transport }) => transport === id).flatMap((cell) => cell.samples);
      for (const sample of own) expect(sample[side]).toBeGreaterThanOrEqual(0);
      expect(own.reduce((sum, sample) => sum + (sample[side] as number), 0)).toBeGreaterThan(0);
    }
});

it("a batch repeats more round trips when an earlier, slow one had chosen too few", async () => {
  const counts: number[] = [];
  const roundTrips = async (_: unknown, count: number) => {
    counts.push(count);
    return counts.length === 1 ? 1e7 : count * 1e6;
  };
  const transport = {} as Transport;
  const opened: OpenTransport = { farPath: "", roundTrips, close: async () => {} };
  const batch = new MessageBatch({ transport, opened, shape: "bytes", bytes: 0, window: 1 });
  await batch.run(0, 0);
  await batch.run(1, 1);
  expect(batch.stream().samples.map(({ wayNs }) => wayNs)).toEqual([5e5, 5e5]);
  expect(counts).toEqual([1, 1, 5, 5]);
});

it("measureMessages refuses an unknown transport, and the error lists the known ones", async () => {
  await expect(measureMessages({ transports: ["pigeon"] })).rejects.toThrow(/no such transport; there are Pipe thread/);
});
