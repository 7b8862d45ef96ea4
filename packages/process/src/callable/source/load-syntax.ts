import { lazyRequire } from "../../base/lazy-require.ts";
import type * as Syntax from "../syntax/index.ts";

let loaded: typeof Syntax | undefined;

/** The code that reads texts, a file of its own with the parser: few children analyse a function. */
export function syntax(): typeof Syntax {
  // The build replaces this path by that from a chunk.
  loaded ??= lazyRequire<typeof Syntax>("../../dist/syntax.cjs");
  return loaded;
}
