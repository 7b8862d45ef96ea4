import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createImportAt, type ModuleNamespace } from "./dynamic-import.ts";
import { importModule } from "./load-module.ts";

/**
 * Makes the function by which Vite replaces `import()`.
 *
 * @param url the URL of the importing module.
 * @param root the root folder of Vite, from which its specifiers of the project's files begin: `/lib.js`. Those of
 *   other files begin with `/@fs/`.
 */
export function createViteImport(url: string, root: string): (specifier: string) => Promise<ModuleNamespace> {
  const importAt = createImportAt(url);
  return (specifier) => {
    const path = pathOf(String(specifier), root);
    if (path === undefined) return importAt(specifier);
    return importModule({ specifier: pathToFileURL(path).href, from: null, attributes: {} });
  };
}

function pathOf(specifier: string, root: string): string | undefined {
  const [, outside] = /^\/@fs\/(.*)$/.exec(specifier) ?? [];
  if (outside !== undefined) return /^[A-Za-z]:/.test(outside) ? outside : `/${outside}`;
  if (!specifier.startsWith("/")) return undefined;
  const inside = join(root, specifier);
  return existsSync(inside) ? inside : specifier;
}
