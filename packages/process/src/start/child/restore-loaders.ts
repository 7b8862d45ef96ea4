import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { registerTsx } from "../../callable/load/typescript-loader.ts";
import { loadModules } from "./load-modules.ts";
import { parseNodeOptions, splitLoaderOptions } from "./node-options.ts";

/** Loads the modules of `--import`, as Node does before a program. */
export async function importLoaders(execArgv: readonly string[], nodeOptions: string): Promise<void> {
  const given = [parseNodeOptions(nodeOptions), execArgv].flatMap((options) => splitLoaderOptions(options).loaders);
  for (const { kind, module } of given) if (kind === "import") await importLoader(module);
}

/** Loads one module as `--import` does. */
export async function importLoader(module: string): Promise<void> {
  const cwd = process.cwd();
  if (!isTsx(module)) return loadModules([{ kind: "import", module }], cwd);
  // The package finds its other modules itself, also where the program has none of it: `npx tsx`.
  await registerTsx(/^file:/.test(module) ? module : pathToFileURL(resolve(cwd, module)).href);
}

// The module of tsx registers nothing in a thread of Node 20.
function isTsx(module: string): boolean {
  return /^tsx(\/|$)|[\\/]node_modules[\\/]tsx[\\/]/.test(module);
}
