import type { Ballast } from "../../base/spawn-result.ts";

/**
 * Allocates memory in this process and touches every page of it; it lives as long as what is returned.
 *
 * The kinds differ in what a fork must copy: V8 keeps its heap out of forked children, buffers it does not.
 */
export function holdBallast({ kind, bytes }: Ballast): unknown {
  if (bytes === 0) return undefined;
  if (kind === "heap") return Array.from({ length: Math.ceil(bytes / 2 ** 20) }, () => new Array(2 ** 17).fill(0.5));
  return new Uint8Array(kind === "sab" ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)).fill(1);
}
