/** Any function, whatever its parameters and its answer. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, only `any` takes every function
export type AnyFunction = (...args: any[]) => unknown;

/** A function or a class, whatever can be done with it. */
export interface Callable {
  readonly name: string;
  readonly prototype: object;
}

/** A function named by where it stands: a module and one of its exports. */
export interface ModuleTarget {
  /** A URL (`new URL("./job.js", import.meta.url)`), an absolute path, or a package's name. */
  readonly module: URL | string;
  /** The name of the export; `"default"` for the default export. */
  readonly name: string;
}

/**
 * What a child runs: a function; a function named by its module and export; or the URL of a module, whose default export
 * is called when it has one, and which is itself the job when it has none. A URL may name an export behind `#`.
 */
export type Target<F extends AnyFunction = AnyFunction> = F | ModuleTarget | URL;
