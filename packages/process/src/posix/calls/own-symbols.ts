import { lazyRequire } from "../../base/lazy-require.ts";

type Koffi = typeof import("koffi");

/** The symbols of this process: those of the C library, and those that Node exports of libuv, V8 and itself. */
export interface OwnSymbols {
  readonly koffi: Koffi;
  readonly library: ReturnType<Koffi["load"]>;
}

/**
 * Binds functions of V8 or libuv, which most builds of Node export.
 *
 * @throws {Error} that names the missing function, and the fix.
 */
export function bindNodeSymbols<T>(bind: (symbols: OwnSymbols) => T): T {
  const symbols = ownSymbols();
  try {
    return bind(symbols);
  } catch (cause) {
    throw new Error(
      `Cannot fork this Node: it does not export a function that a fork needs (${(cause as Error).message}); ` +
        'run a build of Node from nodejs.org, or write startMethod: "spawn"',
      { cause },
    );
  }
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
