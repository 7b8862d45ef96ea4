import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { catalogue, measureMessages, measureScaling, measureSpawn } from "@manyhands/bench";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Result } from "../../src/base/result-file.ts";
import { pictureFiles } from "../../src/report/export/picture-files.ts";
import { comparisonHtml } from "../../src/report/html/comparison-html.ts";
import { resultHtml } from "../../src/report/html/result-html.ts";
import { Browser, chromium, type View } from "../fixture/browser.ts";
import { comparisonCases } from "../fixture/comparison-cases.ts";
import { flaws } from "../fixture/flaws.js";
import { decodePng } from "../fixture/png.ts";
import { messageResult, scalingResult, spawnResult } from "../fixture/result.ts";
import { resultCases } from "../fixture/result-cases.ts";

/** Small results, measured on this machine. */
const measurements = {
  scaling: () =>
    measureScaling({
      kernels: catalogue.filter(({ id }) => id === "primes"),
      size: "tiny",
      levels: [1, 2],
      maxRounds: 6,
      launches: 1,
      warmUpMs: 5,
    }),
  spawn: () =>
    measureSpawn({
      methods: ["worker", "C fork"],
      rounds: 1,
      alive: [0, 1],
      ballasts: [
        { kind: "buffer", bytes: 0 },
        { kind: "buffer", bytes: 2 ** 24 },
      ],
    }),
  message: () => measureMessages({ transports: ["worker copy", "C pipe"], sizes: [0, 4096, 65536], rounds: 1 }),
};
/** Most letters of a page without its data. */
const pageBudget = 1_000_000;
const views: Record<string, View> = {
  "on a wide screen, light": { scheme: "light", width: 1280 },
  "on a wide screen, dark": { scheme: "dark", width: 1280 },
  "on a phone": { scheme: "light", width: 390 },
  "on paper": { scheme: "dark", width: 720, media: "print" },
};

let folder: string;
let browser: Browser | undefined;
let measured: Map<string, Result>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
  if (chromium !== undefined) browser = await Browser.open();
  const results = Object.entries(measurements).map(async ([kind, measure]) => [kind, await measure()] as const);
  measured = new Map(await Promise.all(results));
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Loads a page in Chromium and returns its faults. */
async function lookAt(html: string, view: View): Promise<string[]> {
  const path = join(folder, "looked-at.html");
  writeFileSync(path, html);
  await browser?.show(pathToFileURL(path).href, view);
  return (await browser?.evaluate(flaws)) ?? [];
}

describe.each(Object.keys(measurements))("the page of a %s run", (kind) => {
  const html = () => resultHtml(measured.get(kind) as Result);

  it("loads nothing, has links to its own places only, and one script", () => {
    expect(html()).not.toMatch(/src=|href="(?!#)|@import|url\(/);
    expect(html().match(/<script(?! type="application\/json")/g)).toHaveLength(1);
    const ids = new Set([...html().matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target = ""] of html().matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it("has pictures", () => {
    expect(html().match(/<svg/g)?.length).toBeGreaterThan(2);
  });

  it.skipIf(chromium === undefined).each(Object.entries(views))(
    "is drawn by Chromium as it should be, %s",
    async (_, view) => {
      expect(await lookAt(html(), view)).toEqual([]);
    },
  );
});

describe.each(Object.entries(resultCases))("the page of %s", (_, result) => {
  it("contains its data with all markup escaped", () => {
    const data = /<script type="application\/json" id="result">(.*?)<\/script>/s.exec(resultHtml(result))?.[1] ?? "";
    expect(data).not.toContain("<");
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(result)));
  });

  it("has a title and a description for link previews, and is small beside its data", () => {
    const html = resultHtml(result);
    expect(html).toMatch(/<title>[^<]{10,}<\/title>/);
    expect(html).toMatch(/<meta name="description" content="[^"]{20,}"/);
    expect(html).toMatch(/<meta property="og:title" content="[^"]{10,}"/);
    const markup = html.replace(/<script type="application\/json".*?<\/script>/s, "");
    expect(markup.length).toBeLessThan(pageBudget);
  });

  it("describes every picture in words", () => {
    for (const picture of resultHtml(result).match(/<svg .*?<\/svg>/gs) ?? []) {
      expect(picture).toMatch(/role="img"/);
      expect(picture).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
      expect(picture).not.toMatch(/NaN|Infinity|undefined/);
      // Each mark has a tooltip.
      expect(picture.match(/<title>[^<]+<\/title>(?!<desc>)/g)?.length).toBeGreaterThan(0);
    }
  });

  it.skipIf(chromium === undefined)("is drawn by Chromium without faults", async () => {
    // The print and dark styles are the same for every result, so one is enough.
    const html = resultHtml(result);
    for (const view of [views["on a wide screen, light"], views["on a phone"]])
      expect(await lookAt(html, view as View), JSON.stringify(view)).toEqual([]);
  });
});

describe.skipIf(chromium === undefined)("the page of a comparison", () => {
  it.each(Object.entries(comparisonCases))("is drawn by Chromium without faults: %s", async (_, comparisons) => {
    const html = comparisonHtml([{ earlier: "a.json", later: "b.json", comparisons, threshold: 0.02 }]);
    // Comparisons differ in the width of their words; one of them has all colours.
    const own = Object.values(views).slice(0, comparisons.length === 4 ? 4 : 1);
    for (const view of own) expect(await lookAt(html, view), JSON.stringify(view)).toEqual([]);
  });
});

describe.skipIf(chromium === undefined)("the check in Chromium", () => {
  it.each(["light", "dark"] as const)(
    "finds background and colours of the %s scheme in every picture file",
    async (scheme) => {
      const each = [scalingResult(), spawnResult({ ballasts: [0, 2 ** 26] }), messageResult({ shapes: ["bytes"] })];
      const files = each.flatMap((result) => [...pictureFiles(result)]);
      // In one column, so that one screenshot shows all.
      const tile = { width: 600, height: 500 };
      const images = files.map(([name, svg]) => {
        writeFileSync(join(folder, `${name}.svg`), svg);
        return `<img src="${name}.svg" width="600" height="500" style="display: block; object-fit: cover">`;
      });
      const html = `<!doctype html><html style="color-scheme: light dark"><body style="margin: 0">${images.join("")}`;
      expect(await lookAt(html, { scheme, width: tile.width })).toEqual([]);
      const { pixels, channels, width } = decodePng((await browser?.screenshot()) as Buffer);
      expect(width).toBe(tile.width);
      const size = tile.width * tile.height * channels;
      for (const [at, [name]] of files.entries()) {
        const own = pixels.subarray(at * size, (at + 1) * size);
        expect([name, own.subarray(0, 3).every((channel) => channel > 128)]).toEqual([name, scheme === "light"]);
        let vivid = 0;
        for (let pixel = 0; pixel < own.length; pixel += channels) {
          const [red, green, blue] = [own[pixel] ?? 0, own[pixel + 1] ?? 0, own[pixel + 2] ?? 0];
          if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) vivid++;
        }
        expect(vivid, name).toBeGreaterThan(0.001 * (own.length / channels));
      }
    },
  );

  it("fails for overlapping words, words or marks outside, empty drawings, low contrast and too wide pages", async () => {
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

  it("prints to PDF", async () => {
    await lookAt(resultHtml(scalingResult()), { scheme: "light", width: 1280 });
    const pdf = (await browser?.pdf()) as Buffer;
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
    expect(pages.length).toBeGreaterThanOrEqual(1);
    expect(pages.length).toBeLessThanOrEqual(6);
  });
});

if (chromium === undefined) console.warn("Chromium is not installed: the pages were not looked at");
