/** What a process sets of itself, before it runs anything of the program. */
export interface ProcessSetup {
  /** The working directory that it changes to; `null` for that of its parent. */
  readonly cwd: string | null;
  /** The scheduling priority that it gets; `null` for that of its parent. */
  readonly nice: number | null;
}

/** @throws the system's error. */
export function setUpProcess({ cwd, nice }: ProcessSetup): void {
  if (cwd !== null) process.chdir(cwd);
  if (nice !== null) process.getBuiltinModule("node:os").setPriority(nice);
}
