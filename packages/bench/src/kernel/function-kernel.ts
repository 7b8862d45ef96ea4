import { isDeepStrictEqual } from "node:util";
import type { Kernel } from "./kernel.ts";

/**
 * Does one chunk, given its number from 0, or one of the module's `items`. The property `chunks` may say how many
 * chunks exist.
 */
export interface ChunkFunction {
  (chunk: never): unknown;
  /** Default: 64. */
  readonly chunks?: number;
}

/**
 * A kernel whose chunks are calls of a function that a module exports.
 *
 * Such a function has no published answer, so every cell must give the same answer as the first one.
 *
 * @param module URL of the module.
 * @param name the name of the export.
 * @param inputs the inputs of the chunks.
 */
export function functionKernel(
  module: string,
  name: string,
  work: ChunkFunction,
  inputs: readonly unknown[] = chunkNumbers(work),
): Kernel {
  return {
    id: name,
    title: `${name}()`,
    module,
    bound: "mixed",
    source: "the first cell's answer",
    prepare() {
      let first: readonly unknown[] | undefined;
      return {
        chunks: inputs.length,
        run(chunk) {
          const part = work(inputs[chunk] as never);
          if (!isThenable(part)) return part;
          throw new TypeError(
            `${name}() returned a promise: time spent waiting uses no core; do the work of a chunk before it returns, without await`,
          );
        },
        check(parts) {
          first ??= parts;
          const wrong = parts.findIndex((part, chunk) => !isDeepStrictEqual(part, first?.[chunk]));
          return wrong < 0 ? undefined : `chunk ${wrong} gave another answer than in the first cell`;
        },
      };
    },
  };
}

/** The numbers of a function's chunks. */
export function chunkNumbers({ chunks = 64 }: ChunkFunction): readonly number[] {
  return Number.isInteger(chunks) && chunks > 0 ? Array.from({ length: chunks }, (_, chunk) => chunk) : [];
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
