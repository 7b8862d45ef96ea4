import { pathToFileURL } from "node:url";
import { createImportAt } from "../../callable/load/dynamic-import.ts";
import type { LoaderOption } from "./node-options.ts";

/**
 * Loads modules as Node does for its options `--require`, `--loader` and `--import`, before a program starts.
 *
 * @param loaders in the order of loading.
 * @param cwd the folder that relative paths and names of packages are resolved from.
 */
export async function loadModules(loaders: readonly LoaderOption[], cwd: string): Promise<void> {
  if (loaders.length === 0) return;
  const { createRequire, register } = process.getBuiltinModule("node:module");
  const program = pathToFileURL(`${cwd}/program.js`).href;
  const importFrom = createImportAt(program);
  for (const { kind, module } of loaders) {
    if (kind === "require") createRequire(program)(module);
    else if (kind === "loader") register(module, program);
    else await importFrom(module);
  }
}
