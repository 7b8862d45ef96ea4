import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Result } from "../../src/base/result-file.ts";
import { pictureFiles } from "../../src/report/picture-files.ts";
import { resultHtml } from "../../src/report/result-html.ts";
import { bench } from "../fixture/bench.ts";
import { Browser, chromium, type View } from "../fixture/browser.ts";
import { flaws } from "../fixture/flaws.ts";
import { decodePng } from "../fixture/png.ts";
import { manyWarnings, messageResult, scalingResult, spawnResult } from "../fixture/result.ts";

const runs = {
  scaling: ["scale", "primes", "--size", "tiny", "--rounds", "6", "--workers", "1,2,4"],
  spawn: ["spawn", "--rounds", "2", "--methods", "thread,worker,C fork", "--ballast", "0,16M"],
  message: ["message", "--rounds", "1", "--sizes", "0,4K,64K", "--transports", "worker copy,C pipe"],
};
const longName =
  "a-kernel-whose-name-is-very-long-because-somebody-could-<&>-and-would-not-stop-before-the-end-of-the-line";
/** Made up: full ones, and the ends of what a run can leave. */
const results: Record<string, Result> = {
  "a scaling run": scalingResult(),
  "one level of one worker, one round, no ceiling": scalingResult({
    levels: [1],
    usable: 1,
    rounds: 1,
    ceiling: false,
  }),
  "seven levels, some over, many warnings": scalingResult({
    levels: [1, 2, 4, 8, 16, 32, 64],
    usable: 32,
    rounds: 12,
    warnings: manyWarnings,
  }),
  "sixty-four levels of a long name": scalingResult({
    levels: Array.from({ length: 64 }, (_, at) => at + 1),
    usable: 64,
    rounds: 6,
    id: longName,
  }),
  "no CPU times": scalingResult({ cpuTimes: false }),
  "a wrong answer": scalingResult({ wrong: "12 <instead> of 13" }),
  "a spawn run": spawnResult({ kinds: ["buffer", "heap", "sab"] }),
  "one method once, the others missing": spawnResult({
    rounds: 1,
    ballasts: [0],
    names: ["thread", "Python fork"],
    missing: ["Python fork"],
    footprints: false,
  }),
  "a message run": messageResult(),
  "one transport at two sizes": messageResult({
    sizes: [0, 4096],
    shapes: ["bytes"],
    names: ["worker copy"],
    rounds: 1,
  }),
};
const views: Record<string, View> = {
  "on a wide screen, light": { scheme: "light", width: 1280 },
  "on a wide screen, dark": { scheme: "dark", width: 1280 },
  "on a phone": { scheme: "light", width: 390 },
  "on paper": { scheme: "dark", width: 720, media: "print" },
};

let folder: string;
let browser: Browser | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
  await Promise.all([
    ...Object.values(runs).map((argv) => bench(folder, [...argv, "--format", "quiet"])),
    chromium === undefined
      ? undefined
      : Browser.open().then((opened) => {
          browser = opened;
        }),
  ]);
}, 90_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Loads a page's text, and gives what is wrong with it. */
async function lookAt(html: string, view: View): Promise<string[]> {
  const path = join(folder, "looked-at.html");
  writeFileSync(path, html);
  await browser?.show(pathToFileURL(path).href, view);
  return (await browser?.evaluate(flaws)) ?? [];
}

describe.each(Object.keys(runs))("the page of a %s run", (kind) => {
  const html = () => readFileSync(join(folder, "manyhands-report", `${kind}.html`), "utf8");

  it("needs nothing but itself, no script among it, and carries its data", () => {
    expect(html()).not.toMatch(/(?:src|href)=|@import|url\(|<script(?! type="application\/json")/);
    const data = /<script type="application\/json" id="result">(.*)<\/script>/s.exec(html())?.[1] ?? "";
    expect(JSON.parse(data)).toMatchObject({ kind, schemaVersion: 1 });
  });

  it.skipIf(chromium === undefined).each(Object.entries(views))(
    "is drawn by Chromium as it should be, %s",
    async (_, view) => {
      expect(await lookAt(html(), view)).toEqual([]);
    },
  );
});

describe.each(Object.entries(results))("the page of %s", (_, result) => {
  it("says in words what every picture shows", () => {
    for (const picture of resultHtml(result).match(/<svg .*?<\/svg>/gs) ?? []) {
      expect(picture).toMatch(/role="img"/);
      expect(picture).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
      expect(picture).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it.skipIf(chromium === undefined)("is drawn by Chromium as it should be", async () => {
    for (const view of Object.values(views))
      expect(await lookAt(resultHtml(result), view), JSON.stringify(view)).toEqual([]);
  });
});

describe.skipIf(chromium === undefined)("what Chromium draws", () => {
  it.each(["light", "dark"] as const)("has its paper and its colours, %s, in every picture", async (scheme) => {
    const each = [scalingResult(), spawnResult({ ballasts: [0, 2 ** 26] }), messageResult({ shapes: ["bytes"] })];
    for (const [name, svg] of each.flatMap((result) => [...pictureFiles(result)])) {
      const path = join(folder, `${name}.svg`);
      writeFileSync(path, svg);
      await browser?.show(pathToFileURL(path).href, { scheme, width: 600 });
      const { pixels, channels } = decodePng((await browser?.screenshot()) as Buffer);
      expect(
        pixels.subarray(0, 3).every((channel) => channel > 128),
        name,
      ).toBe(scheme === "light");
      let vivid = 0;
      for (let at = 0; at < pixels.length; at += channels) {
        const [red = 0, green = 0, blue = 0] = [pixels[at], pixels[at + 1], pixels[at + 2]];
        if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) vivid++;
      }
      expect(vivid, name).toBeGreaterThan(0.001 * (pixels.length / channels));
    }
  });

  it("would not pass with words over one another or outside, marks outside, nothing drawn, pale or too wide", async () => {
    const svg = (inside: string) =>
      `<svg viewBox="0 0 600 400" width="600" height="400"><title>x</title>${inside}</svg>`;
    const mark = '<rect x="10" y="10" width="20" height="20"/>';
    const words = (x: number, y: number) => `<text x="${x}" y="${y}">some words</text>`;
    const seen = async (body: string) => lookAt(`<!doctype html><body>${body}`, { scheme: "light", width: 800 });
    expect(await seen(svg(mark + words(100, 100)))).toEqual([]);
    expect(await seen(svg(mark + words(100, 100) + words(120, 104)))).toEqual([expect.stringContaining("overlaps")]);
    expect(await seen(svg(mark + words(570, 100)))).toEqual([expect.stringContaining("leaves the picture")]);
    expect(await seen(svg('<rect x="590" y="10" width="20" height="20"/>'))).toEqual([
      expect.stringContaining("rect of class null leaves"),
    ]);
    expect(await seen(svg(words(100, 100)))).toEqual([expect.stringContaining("nothing is drawn")]);
    expect(await seen('<p style="color: #999">pale</p>')).toEqual([expect.stringContaining("contrast of 2.8")]);
    expect(await seen('<div style="width: 900px">wide</div>')).toEqual([expect.stringContaining("wide in a window")]);
  });

  it("prints on paper", async () => {
    await lookAt(resultHtml(scalingResult()), { scheme: "light", width: 1280 });
    const pdf = (await browser?.pdf()) as Buffer;
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
    expect(pages.length).toBeGreaterThanOrEqual(1);
    expect(pages.length).toBeLessThanOrEqual(4);
  });
});

if (chromium === undefined) console.warn("Chromium is not installed: the pages were not looked at");
