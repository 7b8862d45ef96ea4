let loaded: typeof import("comlink") | undefined;

/** The package `comlink`, loaded when the first manager is talked to. */
export function comlink(): typeof import("comlink") {
  loaded ??= process.getBuiltinModule("node:module").createRequire(import.meta.url)(
    "comlink",
  ) as typeof import("comlink");
  return loaded;
}
