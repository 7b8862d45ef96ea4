let load: NodeJS.Require | undefined;

/**
 * Requires a package, or a module of Node, at the moment that it is needed: importing this package loads none of them.
 *
 * @throws what `require` throws where the package is not installed.
 */
export function lazyRequire<T>(name: string): T {
  load ??= process.getBuiltinModule("node:module").createRequire(import.meta.url);
  return load(name) as T;
}
