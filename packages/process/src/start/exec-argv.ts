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
    } else inherited.push(option);
  }
  return inherited;
}
