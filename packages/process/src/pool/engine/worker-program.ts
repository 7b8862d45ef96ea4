/** How a worker's program is started. */
export interface WorkerProgram {
  /** The environment. Default: a copy of the parent's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node. Default: the parent's. */
  readonly execArgv?: readonly string[];
  /** The arguments behind the program's name in `process.argv`. Default: none for a thread, else the parent's. */
  readonly argv?: readonly string[];
}

/** Whether a program is the default one. */
export function isDefaultProgram({ env, execArgv, argv }: WorkerProgram): boolean {
  return env === undefined && execArgv === undefined && argv === undefined;
}
