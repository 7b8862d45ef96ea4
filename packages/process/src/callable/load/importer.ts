/** A module, as its importers see it. */
export type Namespace = Record<string, unknown>;

/** Makes an `import()` that resolves as it does in a module. */
export function importerAt(url: string): (specifier: string, options?: object) => Promise<Namespace> {
  return compileAt(url, "(specifier, options) => import(specifier, options)") as ReturnType<typeof importerAt>;
}

/** Evaluates text as a script of its own, in which `import()` works as it does where the script is. */
export function compileAt(url: string, text: string): unknown {
  muteLoaderWarning();
  return compile(url, text);
}

function compile(url: string, text: string): unknown {
  const { Script, constants } = process.getBuiltinModule("node:vm");
  const place = /^file:/.test(url) ? { filename: url } : {};
  const loader = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return new Script(text, { ...place, importModuleDynamically: loader }).runInThisContext();
}

let muted = false;

// Node warns, once, that this way of import() is experimental: that is ours to know, not the user's.
function muteLoaderWarning(): void {
  if (muted) return;
  muted = true;
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    void compile("", 'import("node:module")');
  } finally {
    process.emitWarning = emitWarning;
  }
}
