/** The environment data of threads under which a program that ts-node runs stores the URL of a module that loads it. */
export const tsNodeKey = "@manyhands/process: ts-node";

// Node 20 loads the modules of `--import` in the first thread only.
const losesImports = Number.parseInt(process.versions.node, 10) < 22;

/**
 * Loads in a thread the modules that the program loaded before its main module, and that Node does not load in threads:
 * those of `--import` in Node 20, and ts-node when it is the program's command.
 *
 * @returns `undefined` where nothing is to be loaded, so that most threads wait for nothing.
 */
export function loadLostModules(): Promise<void> | undefined {
  const tsNode = process.getBuiltinModule("node:worker_threads").getEnvironmentData(tsNodeKey) as string | undefined;
  const nodeOptions = process.env.NODE_OPTIONS ?? "";
  const hasImport = losesImports && [nodeOptions, ...process.execArgv].some((option) => option.includes("--import"));
  if (tsNode === undefined && !hasImport) return undefined;
  return import("./restore-loaders.ts").then(async ({ importLoader, importLoaders }) => {
    if (hasImport) await importLoaders(process.execArgv, nodeOptions);
    if (tsNode !== undefined) await importLoader(tsNode);
  });
}
