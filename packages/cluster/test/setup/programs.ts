import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll } from "vitest";

/** The servers and worker programs that this test file has started and that still run. */
const programs = new Set<ChildProcess>();

/** Ends a program when this test file has ended, however its tests went. */
export function endWithFile(program: ChildProcess): void {
  programs.add(program);
  program.once("exit", () => programs.delete(program));
}

/** Resolves when a program has ended. */
export async function untilExit(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  program.ref();
  await once(program, "exit");
}

/** Kills a program, unless it has ended. */
export function killProgram(program: ChildProcess): Promise<void> {
  program.kill("SIGKILL");
  return untilExit(program);
}

afterAll(() => Promise.all([...programs].map(killProgram)));
process.on("exit", () => {
  for (const program of programs) program.kill("SIGKILL");
});
