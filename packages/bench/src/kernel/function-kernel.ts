import { isDeepStrictEqual } from "node:util";
import type { Kernel } from "./kernel.ts";

/** Work on one chunk, by its number from 0. How many there are may stand on it as `chunks`. */
export interface ChunkFunction {
  (chunk: number): unknown;
  /** Default: 64. */
  readonly chunks?: number;
}

/**
 * A kernel around a plain function that a module exports: each call does one chunk.
 *
 * Nothing published is known about its answer, so every cell must give what the first one gave.
 *
 * @param module URL of the module that exports it.
 * @param name the name under which it does.
 */
export function functionKernel(module: string, name: string, work: ChunkFunction): Kernel {
  return {
    id: name,
    title: `${name}()`,
    module,
    bound: "mixed",
    source: "the first cell's answer",
    prepare() {
      let first: readonly unknown[] | undefined;
      return {
        chunks: work.chunks ?? 64,
        run(chunk) {
          const part = work(chunk);
          if (!isThenable(part)) return part;
          throw new TypeError(
            `${name}() gave a promise: what waits uses no core; do a chunk's work before it returns, without await`,
          );
        },
        check(parts) {
          first ??= parts;
          const wrong = parts.findIndex((part, chunk) => !isDeepStrictEqual(part, first?.[chunk]));
          return wrong < 0 ? undefined : `chunk ${wrong} gave another answer than at first`;
        },
      };
    },
  };
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
