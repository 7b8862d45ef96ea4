import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Collects all garbage of the calling isolate, also where Node was not started with `--expose-gc`. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    // A context gets the function when it is made, so this one has none yet.
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
