import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/kernel/catalogue.ts";
import type { Size } from "../../src/kernel/kernel.ts";
import { matmul } from "../../src/kernel/matmul.ts";

describe.each(catalogue.map((kernel) => [kernel.id, kernel] as const))("%s", (_, kernel) => {
  const prepare = (size: Size) => kernel.prepare(size, new SharedArrayBuffer(kernel.sharedBytes?.(size) ?? 0));

  it("accepts its answer when chunks run in reverse order", () => {
    const job = prepare("tiny");
    const parts: unknown[] = [];
    for (let chunk = job.chunks - 1; chunk >= 0; chunk--) parts[chunk] = structuredClone(job.run(chunk));
    expect(job.check(parts)).toBeUndefined();
  });

  it("reaches the published answer of the next size", () => {
    const job = prepare("small");
    expect(job.check(Array.from({ length: job.chunks }, (_, chunk) => job.run(chunk)))).toBeUndefined();
  });

  it("rejects one wrong part", () => {
    const job = prepare("tiny");
    const parts: unknown[] = Array.from({ length: job.chunks }, (_, chunk) => job.run(chunk));
    parts[0] = spoiled(parts[0]);
    expect(job.check(parts)).toMatch(/published is/);
  });

  it("has at least 16 chunks to share", () => {
    expect(prepare("medium").chunks).toBeGreaterThanOrEqual(16);
  });
});

it("matmul of width 256 sums up to 79 902 720", () => {
  const job = matmul.prepare("tiny", new SharedArrayBuffer(matmul.sharedBytes?.("tiny") ?? 0));
  const sums = Array.from({ length: job.chunks }, (_, chunk) => job.run(chunk));
  expect(sums.reduce((total, sum) => total + sum, 0)).toBe(79_902_720);
});

/** The same shape with every number and text changed. */
function spoiled(part: unknown): unknown {
  if (typeof part === "number") return part + 1;
  if (typeof part === "string") return `${part}!`;
  if (part instanceof Uint8Array) return part.map((byte) => byte ^ 1);
  if (Array.isArray(part)) return part.map(spoiled);
  return Object.fromEntries(Object.entries(part as object).map(([key, value]) => [key, spoiled(value)]));
}
