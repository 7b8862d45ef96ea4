import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Collects all garbage of the calling isolate. Works without `--expose-gc` on the command line. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    // V8 adds `gc` to contexts that are created after the flag was set, so the current context has none.
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
