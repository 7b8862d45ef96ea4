import { onForkInChild } from "../../posix/fork/fork-hooks.ts";

/** The modules that are being imported to find a target, the last one last. */
const importing: string[] = [];

// A fork continues none of its parent's imports.
onForkInChild(() => {
  importing.length = 0;
});

/** Records that a module is imported to find a target, while the import lasts. */
export async function whileImporting<T>(module: string, load: () => Promise<T>): Promise<T> {
  importing.push(module);
  try {
    return await load();
  } finally {
    importing.splice(importing.lastIndexOf(module), 1);
  }
}

/** The URL of a module that is being imported to find a target; `undefined` when there is none. */
export function importedModule(): string | undefined {
  return importing.at(-1);
}
