/** A module namespace: its exports by name. */
export type ModuleNamespace = Record<string, unknown>;

/** Makes an `import()` that resolves specifiers as the module at this URL does. */
export function createImportAt(url: string): (specifier: string, options?: object) => Promise<ModuleNamespace> {
  return evaluateAt(url, "(specifier, options) => import(specifier, options)") as ReturnType<typeof createImportAt>;
}

/** Evaluates text as a script of its own, whose `import()` resolves specifiers as the module at this URL does. */
export function evaluateAt(url: string, text: string): unknown {
  muteLoaderWarning();
  return compileAndRun(url, text);
}

function compileAndRun(url: string, text: string): unknown {
  const { Script, constants } = process.getBuiltinModule("node:vm");
  const place = /^file:/.test(url) ? { filename: url } : {};
  const loader = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return new Script(text, { ...place, importModuleDynamically: loader }).runInThisContext();
}

let muted = false;

// Node warns once that `USE_MAIN_CONTEXT_DEFAULT_LOADER` is experimental. The user did not choose it and cannot
// change it.
function muteLoaderWarning(): void {
  if (muted) return;
  muted = true;
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    void compileAndRun("", 'import("node:module")');
  } finally {
    process.emitWarning = emitWarning;
  }
}
