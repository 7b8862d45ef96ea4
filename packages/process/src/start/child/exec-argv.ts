import { isForkReadyOption } from "../../posix/fork/fork-readiness.ts";

// Options of Node that say what to run rather than how; a child has its own program.
const programOptions =
  /^(-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|--input-type(=.*)?|--test|--watch|--run)$/;
const withValue = /^(-e|--eval|-p|--print|-pe|--run)$/;

/**
 * The options of Node that a child process inherits: loaders, `--import`, conditions, memory flags. An inspector that
 * listens gets a free port in each child.
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
 * Options of Node for a Worker. It inherits them by itself, and those too that a program given on the command line came with,
 * which it then refuses.
 */
export function workerExecArgv(execArgv?: readonly string[]): { execArgv?: string[] } {
  if (execArgv !== undefined) return { execArgv: [...execArgv] };
  const inherited = inheritedExecArgv();
  return inherited.length === process.execArgv.length ? {} : { execArgv: inherited };
}

/**
 * Parts what a fork server is started with from what its children must do for themselves: `--import` and loaders, which
 * start threads. An inspector is left out, since it listens on a thread too.
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
