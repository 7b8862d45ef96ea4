import { getAllStartMethods } from "@manyhands/process";
import { expect, it } from "vitest";
import { kernelsOf, worksOf } from "../../src/measure/worker/load-kernel.ts";
import { adviceSentence, adviceText } from "../../src/report/terminal/advice-text.ts";
import { plainStyle } from "../../src/report/terminal/terminal-style.ts";
import { bench } from "../fixture/bench.ts";

const module = new URL("../fixture/item-work.ts", import.meta.url);

it("worksOf and kernelsOf give a function the module's items, of any iterable", async () => {
  const items = Array.from({ length: 12 }, (_, n) => ({ n }));
  expect(await worksOf(module)).toMatchObject([{ name: "square", items }]);
  const [kernel] = await kernelsOf(module);
  const job = kernel?.prepare("tiny", new SharedArrayBuffer(0));
  expect(job?.chunks).toBe(12);
  expect(job?.run(5)).toBe(25);
});

it("advise measures every start method at two chunk sizes, and advises a plain loop for tiny items", async () => {
  const argv = ["advise", module.pathname, "--workers", "2", "--max-time", "1ms", "--format", "json"];
  const { stdout, stderr, code } = await bench(".", argv);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("Error")]);
  const advice = JSON.parse(stdout);
  expect(advice).toMatchObject({ name: "square", items: 12, rounds: 6 });
  const methods = advice.rows.map(({ method }: { method: string }) => method);
  expect(methods).toEqual(expect.arrayContaining(getAllStartMethods()));
  expect(advice.rows.map(({ chunkSize }: { chunkSize: number }) => chunkSize)).toEqual(
    methods.map((_: string, at: number) => (at % 2) + 1),
  );
  expect(adviceSentence(advice)).toMatch(/^square\(\): use a plain loop, no pool is certainly faster/);
  expect(adviceText(advice, plainStyle)).toContain("one item takes");
});

it("adviceSentence names method, workers, chunks, speed-up and break-even", () => {
  const speedUp = { value: 1.9, low: 1.8, high: 1.95, pairs: 9, ofMedians: 1.9 };
  const best = { method: "thread", workers: 2, chunkSize: 8, startNs: 3e7, speedUp, breakEven: 312 };
  const advice = { name: "work", items: 64, itemNs: 1e6, itemBytes: 10, resultBytes: 8, rounds: 9, rows: [best], best };
  expect(adviceSentence(advice)).toBe(
    "work(): use thread with 2 workers and chunks of 8 items: 1.90 times as fast as a plain loop (1.80…1.95), from about 310 items on.",
  );
});
