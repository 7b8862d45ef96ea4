/** What a process sets of itself, before it runs anything of the program. */
export interface ProcessSetup {
  /** The working directory that it changes to; `null` for that of its parent. */
  readonly cwd: string | null;
  /** The scheduling priority that it gets; `null` for that of its parent. */
  readonly nice: number | null;
}

/** @throws {Error} that names the option, with the code of the system's error. */
export function setUpProcess({ cwd, nice }: ProcessSetup): void {
  if (cwd !== null) {
    attempt(() => process.chdir(cwd), `the cwd ${JSON.stringify(cwd)}`, "write the path of a folder that is there");
  }
  if (nice !== null) {
    const { setPriority } = process.getBuiltinModule("node:os");
    attempt(() => setPriority(nice), `nice ${nice}`, "write a larger number: only a privileged user may go below");
  }
}

function attempt(set: () => void, option: string, fix: string): void {
  try {
    set();
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    throw Object.assign(new Error(`Cannot start with ${option}: ${message}; ${fix}`, { cause }), { code });
  }
}
