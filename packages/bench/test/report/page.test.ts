import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bench } from "../fixture/bench.ts";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const runs = {
  scaling: ["scale", "primes", "--size", "tiny", "--rounds", "6", "--workers", "1,2,4"],
  spawn: ["spawn", "--rounds", "2", "--methods", "thread,worker,C fork", "--ballast", "0,16M"],
  message: ["message", "--rounds", "1", "--sizes", "0,4K,64K", "--transports", "worker copy,C pipe"],
};

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
  for (const argv of Object.values(runs)) await bench(folder, [...argv, "--format", "quiet"]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (kind: string) => join(folder, "manyhands-report", `${kind}.html`);

describe.each(Object.keys(runs))("the page of a %s run", (kind) => {
  it("needs nothing but itself, and carries its data", () => {
    const html = readFileSync(pathOf(kind), "utf8");
    expect(html).not.toMatch(/(?:src|href)=|@import|url\(/);
    const data = /<script type="application\/json" id="result">(.*)<\/script>/s.exec(html)?.[1] ?? "";
    expect(JSON.parse(data)).toMatchObject({ kind, schemaVersion: 1 });
  });

  it("says in words what every picture shows", () => {
    const pictures = readFileSync(pathOf(kind), "utf8").match(/<svg .*?<\/svg>/gs) ?? [];
    expect(pictures.length).toBeGreaterThan(0);
    for (const picture of pictures) {
      expect(picture).toMatch(/role="img"/);
      expect(picture).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
      expect(picture).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it.skipIf(chromium === undefined).each(["light", "dark"])(
    "is drawn by Chromium, %s, within its width",
    async (scheme) => {
      const profile = join(folder, `profile-${kind}-${scheme}`);
      const shot = join(folder, `${kind}-${scheme}.png`);
      const quiet = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
      ];
      const scheming = scheme === "dark" ? ["--blink-settings=preferredColorScheme=0"] : [];
      await promisify(execFile)(
        chromium as string,
        [
          "--headless",
          "--no-sandbox",
          ...quiet,
          ...scheming,
          `--user-data-dir=${profile}`,
          "--window-size=1200,1400",
          `--screenshot=${shot}`,
          pathToFileURL(pathOf(kind)).href,
        ],
        { timeout: 60_000 },
      );
      const { width, height, pixel } = decodePng(readFileSync(shot));
      expect([width, height]).toEqual([1200, 1400]);
      const light = (at: readonly number[]) => at.slice(0, 3).every((channel) => channel > 128);
      expect(light(pixel(2, 2))).toBe(scheme === "light");
      // Colours of the pictures are there, and nothing reaches over the page's right edge.
      const vivid = countPixels(
        width,
        height,
        (x, y) => Math.max(...pixel(x, y).slice(0, 3)) - Math.min(...pixel(x, y).slice(0, 3)) > 60,
      );
      expect(vivid).toBeGreaterThan(200);
      const edge = countPixels(1, height, (_, y) => pixel(width - 1, y).join() !== pixel(2, 2).join());
      expect(edge).toBe(0);
    },
    60_000,
  );
});

if (chromium === undefined) console.warn("Chromium is not installed: the pages were not drawn");

function countPixels(width: number, height: number, matches: (x: number, y: number) => boolean): number {
  let found = 0;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (matches(x, y)) found++;
  return found;
}

/** Reads a PNG of eight bits a channel that is not interlaced, as Chromium writes them. */
function decodePng(file: Buffer): { width: number; height: number; pixel: (x: number, y: number) => number[] } {
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const channels = file[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] as number;
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? (pixels[y * stride + x - channels] as number) : 0;
      const up = y > 0 ? (pixels[(y - 1) * stride + x] as number) : 0;
      const corner = x >= channels && y > 0 ? (pixels[(y - 1) * stride + x - channels] as number) : 0;
      pixels[y * stride + x] = (raw[y * (stride + 1) + 1 + x] as number) + predicted(filter, left, up, corner);
    }
  }
  return {
    width,
    height,
    pixel: (x, y) => [...pixels.subarray(y * stride + x * channels, y * stride + (x + 1) * channels)],
  };
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
