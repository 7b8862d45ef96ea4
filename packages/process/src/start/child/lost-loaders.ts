/** The key of the environment data of threads with the URL of a loader that no option of Node names. */
export const unlistedLoaderKey = "@manyhands/process: loader";

// Node 20 loads the modules of `--import` in the first thread only.
const losesImports = Number.parseInt(process.versions.node, 10) < 22;

/**
 * Loads in a thread the modules that the program loaded before its main module, and that Node does not load in threads:
 * those of `--import` in Node 20, and a loader that no option names.
 *
 * @returns `undefined` where nothing is to be loaded, so that most threads wait for nothing.
 */
export function loadLostModules(): Promise<void> | undefined {
  const { getEnvironmentData } = process.getBuiltinModule("node:worker_threads");
  const unlisted = getEnvironmentData(unlistedLoaderKey) as string | undefined;
  const nodeOptions = process.env.NODE_OPTIONS ?? "";
  const hasImport = losesImports && [nodeOptions, ...process.execArgv].some((option) => option.includes("--import"));
  if (unlisted === undefined && !hasImport) return undefined;
  return import("./restore-loaders.ts").then(async ({ importLoader, importLoaders }) => {
    if (hasImport) await importLoaders(process.execArgv, nodeOptions);
    if (unlisted !== undefined) await importLoader(unlisted);
  });
}
