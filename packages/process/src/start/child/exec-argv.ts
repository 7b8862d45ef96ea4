import { isForkReadyOption } from "../../posix/fork/fork-readiness.ts";

// Options of Node that name the program to run. A child does not inherit them: it has its own program.
const programOptions =
  /^(-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|--input-type(=.*)?|--test|--watch|--run)$/;
const withValue = /^(-e|--eval|-p|--print|-pe|--run)$/;

/**
 * The options of Node that a child process inherits: loaders, `--import`, conditions, memory flags. An inspector
 * listens on a free port in each child.
 */
export function inheritedExecArgv(execArgv: readonly string[] = process.execArgv): string[] {
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
 * The options of Node for a Worker. By default a Worker inherits all options, and refuses those of a program that is
 * given on the command line, such as `--eval`; then the list is given without them.
 */
export function workerExecArgv(execArgv?: readonly string[]): { execArgv?: string[] } {
  if (execArgv !== undefined) return { execArgv: [...execArgv] };
  const inherited = inheritedExecArgv();
  return inherited.length === process.execArgv.length ? {} : { execArgv: inherited };
}

/**
 * Separates the options of a fork server from those that each child applies itself: `--import`, which often starts
 * threads, and a fork has none. An inspector is dropped, since it listens on a thread.
 */
export function splitExecArgv(execArgv: readonly string[]): { own: string[]; imports: string[] } {
  const own: string[] = [];
  const imports: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const option = execArgv[i] as string;
    if (option === "--import") imports.push(execArgv[++i] as string);
    else if (option.startsWith("--import=")) imports.push(option.slice("--import=".length));
    else if (!option.startsWith("--inspect")) own.push(option);
  }
  return { own, imports };
}
