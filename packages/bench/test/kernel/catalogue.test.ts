import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/kernel/catalogue.ts";
import type { Size } from "../../src/kernel/kernel.ts";

describe.each(catalogue.map((kernel) => [kernel.id, kernel] as const))("%s", (_, kernel) => {
  const prepare = (size: Size) => kernel.prepare(size, new SharedArrayBuffer(kernel.sharedBytes?.(size) ?? 0));

  it.each(["tiny", "small"] as const)("proves its answer at size %s, with chunks in any order", (size) => {
    const job = prepare(size);
    const parts: unknown[] = [];
    for (let chunk = job.chunks - 1; chunk >= 0; chunk--) parts[chunk] = structuredClone(job.run(chunk));
    expect(job.check(parts)).toBeUndefined();
  });

  it("notices a chunk that was done twice in place of another", () => {
    const job = prepare("tiny");
    const parts = Array.from({ length: job.chunks }, (_, chunk) => job.run(chunk));
    parts[0] = parts[Math.floor(job.chunks / 2)];
    expect(job.check(parts)).toMatch(/published is/);
  });

  it("has enough chunks to share", () => {
    expect(prepare("medium").chunks).toBeGreaterThanOrEqual(16);
  });
});
