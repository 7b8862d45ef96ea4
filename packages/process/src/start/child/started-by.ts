/** Names the parent of a new Node process, until that runs a program of this package. */
const variable = "MANYHANDS_STARTED_BY";

/** The environment of a new Node process, which is to call {@link runsOwnProgram}. */
export function markedEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, [variable]: String(process.pid) };
}

/** Called by a program of this package that runs in a new Node process. */
export function runsOwnProgram(): void {
  delete process.env[variable];
}

/** Whether this process was started as a child, and runs another program. */
export function runsOtherProgram(): boolean {
  return process.env[variable] === String(process.ppid);
}
