import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readResult, type ScalingResult } from "@manyhands/bench";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bench as benchIn, type Ended } from "../fixture/bench.ts";

const kernel = fileURLToPath(new URL("../fixture/sound-kernel.js", import.meta.url));
const scaling = "manyhands-report/scaling.json";
const messages = "manyhands-report/message.json";
const quick = ["--size", "tiny", "--launches", "1", "--warmup", "20ms", "--no-ceiling"];
const tiny = [...quick, "--rounds", "8", "--workers", "1,2"];

let folder: string;
let printed: Ended;
const bench = (...argv: string[]) => benchIn(folder, argv);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
  printed = await bench("run", kernel, ...tiny, "--save-baseline", "first", "--context", "why=a test");
  await bench("message", "--transports", "worker copy", "--sizes", "0,4K", "--rounds", "1", "--format", "quiet");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

it("show prints what was printed when it was measured", async () => {
  const { stdout, code } = await bench("show", scaling);
  expect(printed.stdout.startsWith(stdout)).toBe(true);
  expect(code).toBe(0);
});

it("--context is kept with the result", () => {
  expect(readResult(join(folder, scaling)).context.added).toEqual({ why: "a test" });
});

it("report makes the same page again", async () => {
  await bench("report", scaling, "-o", "again");
  expect(readFileSync(join(folder, "again/scaling.html"), "utf8")).toBe(
    readFileSync(join(folder, "manyhands-report/scaling.html"), "utf8"),
  );
});

describe("export", () => {
  it("csv has one row a sample", async () => {
    const { stdout } = await bench("export", scaling, "--to", "csv");
    const rows = stdout.trimEnd().split("\r\n");
    expect(rows[0]).toMatch(/^kernel,role,workers,oversubscribed,launch,round,seq/);
    expect(rows).toHaveLength(1 + 3 * 8);
  });

  it("md is short enough for a pull request", async () => {
    const { stdout } = await bench("export", scaling, "--to", "md");
    expect(stdout).toMatch(/^\*\*Core scaling\*\*/);
    expect(stdout.split("<details>")[0]?.split("\n").length).toBeLessThan(60);
  });

  it("svg gives well-formed files with a title", async () => {
    await bench("export", messages, "--to", "svg", "-o", "pictures");
    await bench("export", scaling, "--to", "svg", "-o", "pictures");
    const names = readdirSync(join(folder, "pictures"));
    expect(names).toEqual(expect.arrayContaining(["message-bytes.svg", "speed-up-sound.svg"]));
    for (const name of names) expectWellFormed(readFileSync(join(folder, "pictures", name), "utf8"));
  });

  it("hyperfine, bmf and github-action are what these tools read", async () => {
    const hyperfine = JSON.parse((await bench("export", scaling, "--to", "hyperfine")).stdout);
    expect(hyperfine.results[0]).toMatchObject({ command: "sound/serial", times: expect.any(Array) });
    const bmf = JSON.parse((await bench("export", scaling, "--to", "bmf")).stdout);
    expect(bmf["sound/serial"].latency.value).toBeGreaterThan(0);
    const action = JSON.parse((await bench("export", scaling, "--to", "github-action")).stdout);
    expect(action[0]).toMatchObject({ name: "sound, 1 worker, speed-up", unit: "ratio" });
  });
});

describe("compare", () => {
  /** The same run with every pool cell made so many times slower. */
  function slower(name: string, times: number): string {
    const result = readResult(join(folder, scaling)) as ScalingResult;
    const change = <T extends { value: number; low: number; high: number }>(interval: T, by: number) => ({
      ...interval,
      value: interval.value * by,
      low: interval.value * by * 0.999,
      high: interval.value * by * 1.001,
    });
    const levels = result.levels.map((level) => ({ ...level, speedUp: change(level.speedUp, 1 / times) }));
    writeFileSync(join(folder, name), JSON.stringify({ ...result, levels, cells: [], results: [] }));
    return name;
  }

  it("finds a regression, and ends with exit code 1", async () => {
    const { stdout, code } = await bench("compare", slower("even.json", 1), slower("slow.json", 1.5));
    expect(stdout).toMatch(/sound, 2 workers, speed-up +0\.67 .* regressed/);
    expect(code).toBe(1);
  });

  it("finds an improvement and sameness", async () => {
    const improved = await bench("compare", slower("slow.json", 1.5), slower("even.json", 1));
    expect(improved.stdout).toContain("2 improved");
    expect(improved.code).toBe(0);
    expect((await bench("compare", "even.json", "even.json")).stdout).toContain("2 the same");
  });

  it("--ab times two commands in the same rounds, and takes the first one's own noise for the threshold", async () => {
    const slow = "sleep 0.05";
    const { stdout, code } = await bench("compare", "--ab", "true", slow, "--rounds", "6", "--format", "json");
    const { threshold, comparisons } = JSON.parse(stdout);
    expect(threshold).toBeGreaterThanOrEqual(0.02);
    expect(comparisons[0]).toMatchObject({ name: "time", moreIsBetter: false, ratio: { pairs: 6 } });
    expect(comparisons[0].ratio.value).toBeGreaterThan(1);
    expect(code).toBe(comparisons[0].verdict === "regressed" ? 1 : 0);
    const failing = await bench("compare", "--ab", "true", "exit 7", "--rounds", "6");
    expect(failing.stderr).toContain('"exit 7" ended with exit code 7');
    expect(failing.code).toBe(2);
  });

  it("refuses results of different kinds", async () => {
    const { stderr, code } = await bench("compare", scaling, messages);
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

  it("has no name that leaves its folder", async () => {
    expect((await bench("baseline", "save", "../x", scaling)).code).toBe(2);
  });
});

it("--fail-if fails only what surely fails", async () => {
  const run = (expression: string) =>
    bench("run", kernel, ...quick, "--rounds", "6", "--workers", "1", "--fail-if", expression);
  const { code, stderr } = await run("speedup(sound,p=1) < 1000");
  expect(stderr).toMatch(/gate failed: speedup\(sound,p=1\) < 1000: it is/);
  expect(code).toBe(1);
  expect((await run("speedup(sound,p=1) > 1000")).code).toBe(0);
});

it("doctor says what each finding means", async () => {
  const { stdout, code } = await bench("doctor", "--time", "200ms");
  expect(stdout).toMatch(/usable CPUs +\d+ usable/);
  expect(stdout).toMatch(/noise +[\d.]+ %: /);
  expect(code).toBe(0);
});

/** Every opened element is closed, in order; ours have no comments and no text that looks like markup. */
function expectWellFormed(svg: string): void {
  expect(svg).toMatch(/<title>[^<]+<\/title>/);
  const open: string[] = [];
  for (const [, slash, name, alone] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (slash === "/") expect(open.pop()).toBe(name);
    else if (alone !== "/") open.push(name as string);
  }
  expect(open).toEqual([]);
}
