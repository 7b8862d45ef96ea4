/** Requires one of Node's internal modules; a fork-ready Node allows it. */
export function internals(name: string): unknown {
  return process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);
}
