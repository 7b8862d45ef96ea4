import { createHash } from "node:crypto";
import { seededRandom } from "../base/random.ts";
import { defineKernel, expectEqual, type Size } from "./kernel.ts";

const documents: Record<Size, number> = { tiny: 16, small: 160, medium: 640, large: 4000 };

/** The expected answer for every document. It is no published answer: it detects missing work, not errors of JSON. */
const golden = { nodes: 1921, digest: "b92358c74003337e65509803c96374e89ca8cab7715d9d2797b9304dab086bca" } as const;

/** Builds a document of nested records, lists, numbers and strings; the same at every call. */
function makeDocument(): unknown {
  const random = seededRandom(2026);
  const word = () => Math.floor(random() * 2 ** 32).toString(36);
  const make = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth === 0 ? 4 : 6));
    if (kind === 0) return Math.floor(random() * 1e6);
    if (kind === 1) return random();
    if (kind === 2) return `${word()} \u00e9\u4e2d "${word()}"`;
    if (kind === 3) return random() < 0.5;
    if (kind === 4) return Array.from({ length: 8 }, () => make(depth - 1));
    return Object.fromEntries(Array.from({ length: 8 }, () => [word(), make(depth - 1)]));
  };
  return Array.from({ length: 24 }, () => make(4));
}

function countNodes(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  let nodes = 1;
  for (const child of Object.values(value)) nodes += countNodes(child);
  return nodes;
}

/**
 * Parses documents, walks over them and serialises them: strings, allocation and garbage collection, as in servers.
 *
 * Source: node count and SHA-256 of a document that is generated from a fixed seed.
 */
export const json = defineKernel<{ nodes: number; digest: string }>({
  id: "json",
  title: "JSON read, walked and written",
  module: import.meta.url,
  bound: "mixed",
  source: "the digest of a generated document",
  prepare(size) {
    const text = JSON.stringify(makeDocument());
    return {
      chunks: documents[size],
      run() {
        const value = JSON.parse(text) as unknown;
        const digest = createHash("sha256").update(JSON.stringify(value)).digest("hex");
        return { nodes: countNodes(value), digest };
      },
      check: (parts) =>
        parts
          .map(
            (part) =>
              expectEqual("number of nodes", part.nodes, golden.nodes) ??
              expectEqual("digest", part.digest, golden.digest),
          )
          .find((wrong) => wrong !== undefined),
    };
  },
});
