import { tsNodeKey } from "./lost-loaders.ts";

interface TsNodeService {
  readonly options: object;
  readonly configFilePath?: string;
}

const command = /[\\/]ts-node[\\/]dist[\\/]bin(-\w+)?\.js$/;

/**
 * Separates the options of Node from the command `ts-node`, which puts itself and its flags behind them.
 *
 * @returns the options, and the URL of a module that loads ts-node with the settings of this program, but without
 *   checking types: this process has checked them. `undefined` in a program that another command runs.
 */
export function splitTsNode(execArgv: readonly string[]): { own: readonly string[]; loader: string | undefined } {
  const at = execArgv.findIndex((option) => command.test(option));
  const { [Symbol.for("ts-node.register.instance")]: service } = process as unknown as {
    [key: symbol]: TsNodeService | undefined;
  };
  if (at === -1 || service === undefined) return { own: execArgv, loader: undefined };
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

/** Makes the threads that this thread starts load ts-node, if the command `ts-node` runs the program. */
export function publishTsNode(): void {
  const { loader } = splitTsNode(process.execArgv);
  if (loader !== undefined) process.getBuiltinModule("node:worker_threads").setEnvironmentData(tsNodeKey, loader);
}
