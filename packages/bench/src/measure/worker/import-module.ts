import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

let enabled: Promise<void> | undefined;

/**
 * Imports a user's module, TypeScript too: by Node itself where it can, otherwise by the user's tsx.
 *
 * @param url of a file. Each isolate must do this for itself: a worker does not inherit what tsx did to its parent.
 * @throws {Error} when it is TypeScript and there is no tsx, with what to install.
 */
export async function importModule(url: string): Promise<object> {
  if (/\.[cm]?tsx?$/.test(url) && !(process.features as { typescript?: unknown }).typescript) {
    enabled ??= enableTypeScript(url);
    await enabled;
  }
  return (await import(url)) as object;
}

async function enableTypeScript(url: string): Promise<void> {
  const [esm, commonJs] = ["tsx/esm/api", "tsx/cjs/api"].map((name) => resolveFrom(name, [url, cwd()]));
  if (esm === undefined || commonJs === undefined) {
    throw new Error(
      `Node ${process.versions.node} does not load TypeScript by itself; npm install --save-dev tsx, or use Node 22.18 or newer`,
    );
  }
  // Both, since a TypeScript file is a CommonJS module where its package does not say otherwise.
  for (const api of [esm, commonJs]) ((await import(api)) as { register(): unknown }).register();
}

function cwd(): string {
  return pathToFileURL(`${process.cwd()}/program.js`).href;
}

/** Where the body for imports of a package's module is, as seen from the first of some places that has it; `undefined` when none has. */
function resolveFrom(name: string, places: readonly string[]): string | undefined {
  for (const place of places) {
    try {
      // A require finds the body for requires, which cannot load the one for imports beside it.
      return pathToFileURL(createRequire(place).resolve(name)).href.replace(/\.cjs$/, ".mjs");
    } catch {
      // Not from there.
    }
  }
  return undefined;
}
