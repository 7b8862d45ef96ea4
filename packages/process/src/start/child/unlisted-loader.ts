import { tsxApi } from "../../callable/source/script.ts";
import { unlistedLoaderKey } from "./lost-loaders.ts";

/** The options of a program, without its command. */
interface ListedOptions {
  readonly own: readonly string[];
  /** The URL of a module that loads the loader which the options do not name; `undefined` when there is none. */
  readonly loader: string | undefined;
}

/**
 * Finds the loader of a program that no option of Node names: ts-node, when the program is run by its command, and tsx,
 * when the program has registered it by its API.
 */
export function findUnlistedLoader(execArgv: readonly string[]): ListedOptions {
  const byCommand = findTsNode(execArgv);
  if (byCommand !== undefined) return byCommand;
  const api = tsxApi();
  return { own: execArgv, loader: api && new URL("../../loader.mjs", api).href };
}

/** Makes the threads that this thread starts load that loader. */
export function publishUnlistedLoader(): void {
  const { loader } = findUnlistedLoader(process.execArgv);
  if (loader === undefined) return;
  process.getBuiltinModule("node:worker_threads").setEnvironmentData(unlistedLoaderKey, loader);
}

interface TsNodeService {
  readonly options: object;
  readonly configFilePath?: string;
}

const tsNodeCommand = /[\\/]ts-node[\\/]dist[\\/]bin(-\w+)?\.js$/;

// The command puts itself and its flags behind the options of Node. The children get its settings, and do not check
// types: this process has checked them.
function findTsNode(execArgv: readonly string[]): ListedOptions | undefined {
  const at = execArgv.findIndex((option) => tsNodeCommand.test(option));
  const { [Symbol.for("ts-node.register.instance")]: service } = process as unknown as {
    [key: symbol]: TsNodeService | undefined;
  };
  if (at === -1 || service === undefined) return undefined;
  const { options, configFilePath } = service;
  const settings = {
    ...options,
    ...(configFilePath !== undefined && { project: configFilePath }),
    transpileOnly: true,
  };
  const text =
    'import { createRequire } from "node:module"; ' +
    `createRequire(${JSON.stringify(execArgv[at])})("./index.js").register(${JSON.stringify(settings)});`;
  return { own: execArgv.slice(0, at), loader: `data:text/javascript,${encodeURIComponent(text)}` };
}
