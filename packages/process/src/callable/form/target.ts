/** Any function, whatever its parameters and its result. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, only `any` takes every function
export type AnyFunction = (...args: any[]) => unknown;

/** A function or a class. */
export interface Callable {
  readonly name: string;
  readonly prototype: object;
}

/** A function named by its module and export. */
export interface ModuleTarget {
  /** A URL (`new URL("./job.js", import.meta.url)`), an absolute path, or a package's name. */
  readonly module: URL | string;
  /** The name of the export; `"default"` for the default export. */
  readonly name: string;
}

/**
 * The function that a child runs, given as a function, as a module and the name of an export, or as the URL of a
 * module. A URL may name an export after `#`; without one, the child imports the module and calls its default export
 * if there is one.
 */
export type Target<F extends AnyFunction = AnyFunction> = F | ModuleTarget | URL;
