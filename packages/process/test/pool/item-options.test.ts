import { type ImapProgress, Pool, progressBar } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { allMethods } from "../fixture/run-program.ts";
import { collect, job } from "./job.ts";
import { runPoolProgram } from "./run-pool-program.ts";

it("calls refuse wrong options of items", async () => {
  await using pool = new Pool(1);
  for (const [options, refusal] of [
    [{ itemTimeoutMs: -1 }, "itemTimeoutMs is -1, write milliseconds, ≥ 0"],
    [
      { itemTimeoutMs: 5, chunkSize: 2 },
      "chunkSize is 2, and itemTimeoutMs needs each item alone; leave chunkSize out",
    ],
    [{ onError: "skip" }, 'onError is skip, write "throw" or "collect"'],
    [{ onProgress: true }, "onProgress is boolean, write a function"],
  ] as const) {
    await expect(pool.map(job("square"), [1], options as never)).rejects.toThrow(`Cannot run map: ${refusal}`);
    await expect(pool.starmap(job("square"), [[1]], options as never)).rejects.toThrow(`run starmap: ${refusal}`);
    expect(() => pool.imap(job("square"), [1], options as never)).toThrow(`Cannot run imap: ${refusal}`);
  }
});

it("imap() reports its progress, with the total when that is known", async () => {
  await using pool = new Pool(1);
  const seen: ImapProgress[] = [];
  const onProgress = (progress: ImapProgress) => seen.push(progress);
  await collect(pool.imap(job("square"), [1, 2, 3], { chunkSize: 2, onProgress }));
  await collect(pool.imapUnordered(job("square"), new Set([1]), { onProgress }));
  function* endless() {
    for (let n = 0; n < 3; n++) yield n;
  }
  await collect(pool.imap(job("square"), endless(), { bufferSize: 1, onProgress }));
  expect(seen).toEqual([
    { done: 2, total: 3 },
    { done: 3, total: 3 },
    { done: 1, total: 1 },
    { done: 1, total: undefined },
    { done: 2, total: undefined },
    { done: 3, total: undefined },
  ]);
  const lines: string[] = [];
  progressBar("pages", { isTTY: true, write: (text) => lines.push(text) })({ done: 3, total: undefined });
  expect(lines).toEqual(["\r\x1b[Kpages 3"]);
});

describe.each(allMethods)("items of a Pool by %s", (method) => {
  it("itemTimeoutMs fails a stuck item alone", async () => {
    const lines = await runPoolProgram(
      method,
      `
      const pool = new api.Pool({ processes: 2, graceMs: 50 });
      await pool.map(job("square"), [1, 2]);
      const f = (n) => { if (n === 2) for (;;); return n === 3 ? new Promise(() => setInterval(() => {}, 1000)) : n * n; };
      const how = [];
      const options = { itemTimeoutMs: 1000, onError: "collect", onCancel: (end) => how.push(end) };
      const summary = ({ status, value, reason }) => (status === "fulfilled" ? value : [reason.code, reason.itemIndex]);
      print((await pool.map(f, [1, 2, 3, 4, 5], options)).map(summary));
      print(how);
      const lazy = [];
      for await (const result of pool.imap(f, [4, 2, 6], options)) lazy.push(summary(result));
      print(lazy);
      const thrown = await pool.starmap((a, b) => { if (a > b) for (;;); return a; }, [[1, 2], [2, 1]], { itemTimeoutMs: 1000 }).catch((error) => error);
      print([thrown.itemIndex, thrown.message]);
      await end(pool);`,
    );
    const late = "ERR_MANYHANDS_TIMEOUT";
    expect(lines).toEqual([
      [1, [late, 1], [late, 2], 16, 25],
      ["killed", "killed"],
      [16, [late, 1], 36],
      [
        1,
        "No result of item 1 of starmap((anonymous)) within 1000 ms: it did not stop when asked to, and its worker was ended; give it more time",
      ],
    ]);
  });

  it('onError: "collect" gives results and errors beside each other, whatever ended an item', async () => {
    const lines = await runPoolProgram(
      method,
      `
      const pool = new api.Pool({ processes: 2 });
      const f = (n) => { if (n === 1) throw new RangeError("one"); if (n === 3) process.exit(7); return n; };
      const summary = ({ status, value, reason }) => (status === "fulfilled" ? value : [reason.exitCode ?? reason.message, reason.itemIndex]);
      print((await pool.map(f, [0, 1, 2, 3, 4], { onError: "collect", chunkSize: 1 })).map(summary));
      print((await pool.map(f, [0, 1, 2], { onError: "collect", chunkSize: 3 })).map(summary));
      print((await pool.map((x) => x, [0, Symbol("s"), 2], { onError: "collect", chunkSize: 3 })).map(({ status }) => status));
      const all = [];
      for await (const result of pool.imapUnordered(f, [1], { onError: "collect" })) all.push(summary(result));
      print(all);
      print(await pool.map(f, [], { onError: "collect" }));
      await end(pool);`,
    );
    expect(lines).toEqual([
      [0, ["one", 1], 2, [7, 3], 4],
      [0, ["one", 1], 2],
      ["fulfilled", "rejected", "fulfilled"],
      [["one", 0]],
      [],
    ]);
  });
});
