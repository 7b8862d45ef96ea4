import { isForkReadyOption } from "../../posix/fork/fork-readiness.ts";
import { parseNodeOptions } from "./node-options.ts";
import { findUnlistedLoader } from "./unlisted-loader.ts";

// Options of Node that name the program to run. A child does not inherit them: it has its own program.
const programOptions =
  /^(-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|--input-type(=.*)?|--test|--watch|--run)$/;
const withValue = /^(-e|--eval|-p|--print|-pe|--run)$/;

/**
 * The options of Node that a child process inherits: loaders, `--import`, conditions, memory flags. An inspector
 * listens on a free port in each child.
 */
export function inheritedExecArgv(execArgv: readonly string[] = process.execArgv): string[] {
  const { own, loader } = findUnlistedLoader(execArgv);
  return [...(loader === undefined ? [] : ["--import", loader]), ...inheritedOptions(own)];
}

function inheritedOptions(execArgv: readonly string[]): string[] {
  const inherited: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const option = execArgv[i] as string;
    if (programOptions.test(option)) {
      if (withValue.test(option)) i++;
    } else if (/^--inspect(-brk|-wait)?(=|$)/.test(option)) {
      inherited.push(`${option.split("=")[0]}=0`);
    } else if (!isForkReadyOption(option)) inherited.push(option);
  }
  return inherited;
}

/**
 * Adds an option that makes an inspector of `NODE_OPTIONS` listen on a free port: the program has taken the port that
 * is given there.
 */
export function withFreeInspectorPort(execArgv: readonly string[], nodeOptions = ""): string[] {
  const isInspector = (option: string) => option.startsWith("--inspect");
  const collides = parseNodeOptions(nodeOptions).some(isInspector) && !execArgv.some(isInspector);
  return collides ? ["--inspect-port=0", ...execArgv] : [...execArgv];
}

/**
 * The options of Node for a Worker. By default a Worker inherits all options, and refuses those of a program that is
 * given on the command line, such as `--eval`; then the list is given without them.
 */
export function workerExecArgv(execArgv?: readonly string[]): { execArgv?: string[] } {
  if (execArgv !== undefined) return { execArgv: [...execArgv] };
  const { own } = findUnlistedLoader(process.execArgv);
  const inherited = inheritedOptions(own);
  return inherited.length === own.length ? {} : { execArgv: inherited };
}
