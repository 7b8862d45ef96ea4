import { lazyRequire } from "../../base/lazy-require.ts";

type Koffi = typeof import("koffi");

/** The symbols of this process: those of the C library, and those that Node exports of libuv, V8 and itself. */
export interface OwnSymbols {
  readonly koffi: Koffi;
  readonly library: ReturnType<Koffi["load"]>;
}

let loaded: OwnSymbols | undefined;

/**
 * Loads koffi at the first call.
 *
 * @throws what koffi throws when it is not installed or has no build for this machine.
 */
export function ownSymbols(): OwnSymbols {
  if (loaded === undefined) {
    const koffi = lazyRequire<Koffi>("koffi");
    loaded = { koffi, library: koffi.load(null) };
  }
  return loaded;
}
