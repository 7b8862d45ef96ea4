import { inheritedExecArgv } from "../child/exec-argv.ts";
import { formatNodeOptions, type LoaderOption, parseNodeOptions, splitLoaderOptions } from "../child/node-options.ts";

/** Node's options for a child, divided between its fork server and the child itself. */
export interface ServerNodeOptions {
  /** The server's options on the command line. */
  readonly execArgv: readonly string[];
  /** The server's `NODE_OPTIONS`. */
  readonly nodeOptions: string;
  /**
   * The modules that each child loads itself. They often start threads, such as that of module hooks, and a fork has
   * none of its server's threads.
   */
  readonly loaders: readonly LoaderOption[];
}

/**
 * Divides the options of a child. An inspector is no option of the server: each child opens its own.
 *
 * @param execArgv default: the program's.
 */
export function divideOptions(execArgv: readonly string[], nodeOptions = ""): ServerNodeOptions {
  const given = splitLoaderOptions(execArgv);
  const inherited = splitLoaderOptions(parseNodeOptions(nodeOptions));
  const isForServer = (option: string) => !option.startsWith("--inspect");
  const kinds = ["require", "loader", "import"] as const;
  return {
    execArgv: given.own.filter(isForServer),
    nodeOptions: formatNodeOptions(inherited.own.filter(isForServer)),
    // Node loads the modules of NODE_OPTIONS before those of the command line, kind by kind.
    loaders: kinds.flatMap((wanted) => [...inherited.loaders, ...given.loaders].filter(({ kind }) => kind === wanted)),
  };
}

/** The options of this program's children. */
export function programOptions(): ServerNodeOptions {
  return divideOptions(inheritedExecArgv(), process.env.NODE_OPTIONS);
}
