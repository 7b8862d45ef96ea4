import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readResult, type ScalingResult } from "@manyhands/bench";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringifyResult } from "../../src/base/result-file.ts";
import { bench as benchIn, type Ended } from "../fixture/bench.ts";
import { call } from "../fixture/call.ts";

const kernel = fileURLToPath(new URL("../fixture/sound-kernel.js", import.meta.url));
const quick = ["--size", "tiny", "--launches", "1", "--warmup", "20ms", "--no-ceiling"];
const tiny = [...quick, "--rounds", "8", "--workers", "1,2"];

let folder: string;
let scaling: string;
let messages: string;
let starts: string;
let printed: Ended;
const bench = (...argv: string[]) => benchIn(folder, argv);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
  [scaling, messages, starts] = ["scaling", "message", "spawn"].map((kind) =>
    join(folder, "manyhands-report", `${kind}.json`),
  ) as [string, string, string];
  printed = await bench("run", kernel, ...tiny, "--save-baseline", "first", "--context", "why=a test");
  await bench(
    "message",
    "--transports",
    "worker copy,worker worker",
    "--sizes",
    "0,4K",
    "--rounds",
    "6",
    "--format",
    "quiet",
  );
  await bench(
    "spawn",
    "--methods",
    "worker,C fork",
    "--ballast",
    "0,1M",
    "--rounds",
    "6",
    "--alive",
    "0,1",
    "--format",
    "quiet",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

it("show prints the same text as the measurement did", async () => {
  const { stdout, code } = await call("show", scaling);
  expect(printed.stdout.startsWith(stdout)).toBe(true);
  expect(code).toBe(0);
});

it("--context is kept with the result", () => {
  expect(readResult(scaling).context.added).toEqual({ why: "a test" });
});

it("report writes the same page as the measurement did", async () => {
  await call("report", scaling, "-o", join(folder, "again"));
  expect(readFileSync(join(folder, "again/scaling.html"), "utf8")).toBe(
    readFileSync(join(folder, "manyhands-report/scaling.html"), "utf8"),
  );
});

describe("export", () => {
  it("csv has one row a sample", async () => {
    const { stdout } = await call("export", scaling, "--to", "csv");
    const rows = stdout.trimEnd().split("\r\n");
    expect(rows[0]).toMatch(/^kernel,role,workers,oversubscribed,launch,round,seq/);
    expect(rows).toHaveLength(1 + 3 * 8);
  });

  it("md is short enough for a pull request", async () => {
    const { stdout } = await call("export", scaling, "--to", "md");
    expect(stdout).toMatch(/^\*\*Core scaling\*\*/);
    expect(stdout.split("<details>")[0]?.split("\n").length).toBeLessThan(60);
  });

  it("svg writes well-formed files with a title", async () => {
    for (const result of [messages, scaling])
      await call("export", result, "--to", "svg", "-o", join(folder, "pictures"));
    const names = readdirSync(join(folder, "pictures"));
    expect(names).toEqual(expect.arrayContaining(["message-bytes-thread.svg", "speed-up-sound.svg"]));
    for (const name of names) expectWellFormed(readFileSync(join(folder, "pictures", name), "utf8"));
  });

  it.each(["scaling", "messages", "starts"])(
    "hyperfine, bmf and github-action of %s are what these tools read",
    async (which) => {
      const path = { scaling, messages, starts }[which] as string;
      const exported = async (to: string) => JSON.parse((await call("export", path, "--to", to)).stdout);
      const { results } = await exported("hyperfine");
      expect(results.length).toBeGreaterThanOrEqual(2);
      for (const { command, mean, stddev, median, min, max, times } of results) {
        expect(typeof command).toBe("string");
        expect(times.length).toBeGreaterThanOrEqual(6);
        for (const seconds of [mean, stddev, median, min, max, ...times]) expect(seconds).toBeLessThan(60);
      }
      const bmf = Object.entries(await exported("bmf")) as [string, { latency: Record<string, number> }][];
      expect(bmf).toHaveLength(results.length);
      for (const [, { latency }] of bmf) {
        expect(latency.lower_value).toBeLessThanOrEqual(latency.value as number);
        expect(latency.upper_value).toBeGreaterThanOrEqual(latency.value as number);
      }
      const action = await exported("github-action");
      expect(action.length).toBeGreaterThan(0);
      for (const { name, unit, value } of action) {
        expect(name).toMatch(/speed-up|of machine|times as fast as worker/);
        expect(unit).toBe("ratio");
        expect(value).toBeGreaterThan(0);
      }
    },
  );

  it("csv has every sample of messages and streams, and every child, also those started beside idle ones", async () => {
    const rows = async (path: string, to = "csv") =>
      (await call("export", path, "--to", to)).stdout
        .trimEnd()
        .split("\r\n")
        .map((row) => row.split(","));
    const [head, ...sent] = await rows(messages);
    expect(head).toEqual(expect.arrayContaining(["transport", "shape", "bytes", "window", "seq", "wayNs"]));
    expect(new Set(sent.map((row) => row[head?.indexOf("window") as number]))).toEqual(new Set(["1", "16"]));
    const [columns, ...born] = await rows(starts);
    const beside = born.filter((row) => row[columns?.indexOf("round") as number] === "");
    expect(born).toHaveLength(4 * 6 + beside.length);
    // By both launchers: three beside no idle child, three beside one, and three bursts.
    expect(
      beside
        .map((row) => row[columns?.indexOf("alive") as number])
        .sort()
        .join(""),
    ).toBe("000000000000111111");
    for (const path of [scaling, messages, starts]) expect((await rows(path, "summary")).length).toBeGreaterThan(2);
  });
});

describe("compare", () => {
  /** The same run with every pool cell slowed by a factor, and with intervals that are narrow enough to decide. */
  function slower(name: string, times: number, width = 0.001): string {
    const result = readResult(scaling) as ScalingResult;
    const change = <T extends { value: number; low: number; high: number }>(interval: T, by: number) => ({
      ...interval,
      value: interval.value * by,
      low: interval.value * by * (1 - width),
      high: interval.value * by * (1 + width),
    });
    // On one processor, two workers are not compared.
    const levels = result.levels.map((level) => ({
      ...level,
      oversubscribed: false,
      speedUp: change(level.speedUp, 1 / times),
    }));
    writeFileSync(join(folder, name), stringifyResult({ ...result, levels, cells: [], results: [] }));
    return join(folder, name);
  }

  it("finds a regression, and ends with exit code 1", async () => {
    const { stdout, code } = await call("compare", slower("even.json", 1), slower("slow.json", 1.5));
    expect(stdout).toMatch(/sound, 2 workers, speed-up +0\.67 .* regressed/);
    expect(code).toBe(1);
  });

  it("draws the changes on a page in one file", async () => {
    const page = join(folder, "pages", "changes.html");
    const argv = [slower("even.json", 1), slower("slow.json", 1.5), slower("fast.json", 0.5), "--html", page];
    expect((await call("compare", ...argv)).code).toBe(1);
    const pictures = readFileSync(page, "utf8").match(/<svg .*?<\/svg>/gs) ?? [];
    expect(pictures.map((picture) => /class="forest (\w+)"><title>/.exec(picture)?.[1])).toEqual([
      "regressed",
      "improved",
    ]);
    for (const picture of pictures) expectWellFormed(picture);
  });

  it("finds an improvement, and finds equal results the same", async () => {
    const improved = await call("compare", slower("slow.json", 1.5), slower("even.json", 1));
    expect(improved.stdout).toContain("2 improved");
    expect(improved.code).toBe(0);
    expect((await call("compare", slower("even.json", 1), join(folder, "even.json"))).stdout).toContain("2 the same");
  });

  it("--ab times two commands in the same rounds, the first one twice", async () => {
    const slow = "sleep 0.05";
    const { stdout, code } = await call("compare", "--ab", "true", slow, "--runs", "6", "--format", "json");
    const { threshold, comparisons } = JSON.parse(stdout);
    expect(threshold).toBeGreaterThanOrEqual(0.02);
    expect(comparisons[0]).toMatchObject({ name: "time", moreIsBetter: false, ratio: { pairs: 6 } });
    expect(comparisons[0].ratio.value).toBeGreaterThan(1);
    expect(code).toBe(comparisons[0].verdict === "regressed" ? 1 : 0);
    const failing = await call("compare", "--ab", "true", "exit 7", "--runs", "6");
    expect(failing.stderr).toContain('"exit 7" ended with exit code 7');
    expect(failing.code).toBe(2);
  });

  it("prints how many rounds would decide an inconclusive row, and applies gates to the later result", async () => {
    const { stdout } = await call("compare", slower("wide.json", 1, 0.4), join(folder, "wide.json"));
    expect(stdout).toMatch(/inconclusive, about \d+ rounds would decide/);
    const { code, stderr } = await call("compare", scaling, scaling, "--fail-if", "speedup(sound,p=1) < 1000");
    expect(stderr).toMatch(/^gate failed: speedup\(sound,p=1\) < 1000/);
    expect(code).toBe(1);
    expect((await call("compare", scaling, scaling, "--fail-if", "speedup(sound,p=1) > 1000")).code).toBe(0);
    expect((await call("compare", scaling, scaling, "--fail-if", "speed")).code).toBe(2);
  });

  it("refuses results of different kinds", async () => {
    const { stderr, code } = await call("compare", scaling, messages);
    expect(stderr).toContain("Cannot compare a scaling result with a message result");
    expect(code).toBe(2);
  });
});

describe("baseline", () => {
  it("is listed, used and removed", async () => {
    expect((await bench("baseline", "list")).stdout).toMatch(/^first {2}/);
    const again = await bench("run", kernel, ...quick, "--rounds", "6", "--workers", "1", "--baseline", "first");
    expect(again.stdout).toContain("later over earlier");
    expect((await bench("baseline", "rm", "first")).code).toBe(0);
    expect((await bench("baseline", "list")).stdout).toBe("");
    expect((await bench("baseline", "rm", "first")).code).toBe(2);
  });

  it("refuses a name that leaves its folder", async () => {
    expect((await call("baseline", "save", "../x", scaling)).code).toBe(2);
  });
});

it("--fail-if fails only when the interval lies beyond the limit", async () => {
  const run = (expression: string) =>
    bench("run", kernel, ...quick, "--rounds", "6", "--workers", "1", "--fail-if", expression);
  const { code, stderr } = await run("speedup(sound,p=1) < 1000");
  expect(stderr).toMatch(/gate failed: speedup\(sound,p=1\) < 1000: it is/);
  expect(code).toBe(1);
  expect((await run("speedup(sound,p=1) > 1000")).code).toBe(0);
});

it("doctor prints the meaning of each finding", async () => {
  const { stdout, code } = await call("doctor", "--time", "200ms");
  expect(stdout).toMatch(/usable CPUs +\d+ usable/);
  expect(stdout).toMatch(/noise +[\d.]+ %: /);
  expect(code).toBe(0);
});

/**
 * Checks that every opened element is closed in order. The files contain no comments and no text that looks like
 * markup.
 */
function expectWellFormed(svg: string): void {
  expect(svg).toMatch(/<title>[^<]+<\/title>/);
  const open: string[] = [];
  for (const [, slash, name, alone] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (slash === "/") expect(open.pop()).toBe(name);
    else if (alone !== "/") open.push(name as string);
  }
  expect(open).toEqual([]);
}
