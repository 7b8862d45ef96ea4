import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

let registration: Promise<void> | undefined;
/** Modules by URL. A forked child inherits them: it cannot import while loaders have hooks. */
const imported = new Map<string, object>();

/**
 * Imports a user's module. TypeScript is loaded by Node where it can, otherwise by the user's tsx.
 *
 * A worker does not inherit the tsx registration of its parent, so each isolate registers tsx itself.
 *
 * @param url of a file.
 * @throws {Error} when the file is TypeScript, Node cannot load it and tsx is not installed.
 */
export async function importModule(url: string): Promise<object> {
  const inherited = imported.get(url);
  if (inherited !== undefined) return inherited;
  if (/\.[cm]?tsx?$/.test(url) && !(process.features as { typescript?: unknown }).typescript) {
    registration ??= registerTsx(url);
    await registration;
  }
  const module = (await import(url)) as object;
  imported.set(url, module);
  return module;
}

async function registerTsx(url: string): Promise<void> {
  const [esm, commonJs] = ["tsx/esm/api", "tsx/cjs/api"].map((name) => resolveFrom(name, [url, cwd()]));
  if (esm === undefined || commonJs === undefined) {
    throw new Error(
      `Node ${process.versions.node} does not load TypeScript by itself; npm install --save-dev tsx, or use Node 22.18 or newer`,
    );
  }
  // A TypeScript file is a CommonJS module unless its package says otherwise, so both loaders are registered.
  for (const api of [esm, commonJs]) ((await import(api)) as { register(): unknown }).register();
}

function cwd(): string {
  return pathToFileURL(`${process.cwd()}/program.js`).href;
}

/** Resolves a module for `import` from the first of some places that has it; `undefined` when none has. */
function resolveFrom(name: string, places: readonly string[]): string | undefined {
  for (const place of places) {
    try {
      // `require` resolves to the CommonJS file, which cannot register a loader for ES modules; its ES module is
      // beside it.
      return pathToFileURL(createRequire(place).resolve(name)).href.replace(/\.cjs$/, ".mjs");
    } catch {
      // This place does not have it.
    }
  }
  return undefined;
}
