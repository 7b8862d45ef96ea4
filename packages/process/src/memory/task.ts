import { readFileSync } from "node:fs";
import { libc } from "./libc.ts";

/** A thread as the operating system knows it. */
export interface Task {
  /** Its number; the process's own for its first thread. */
  readonly id: number;
  /** When it began, in the system's ticks, modulo 2³⁰; tells it from a later one with the same number. 0: not known. */
  readonly start: number;
}

let pid = process.pid;
let thread: Task | undefined;
let main: Task | undefined;

/** The thread that runs this. */
export function thisTask(): Task {
  forgetParent();
  thread ??= taskOf(libc().taskId());
  return thread;
}

/** The process that runs this, by its first thread. */
export function thisProcess(): Task {
  forgetParent();
  main ??= taskOf(process.pid);
  return main;
}

// What a forked process has inherited is its parent's.
function forgetParent(): void {
  if (pid === process.pid) return;
  pid = process.pid;
  thread = undefined;
  main = undefined;
}

/** Whether a thread still runs; one that has ended but was not waited for by its parent does not. */
export function isRunning(id: number, start: number): boolean {
  if (process.platform !== "linux") return answersSignals(id);
  const found = look(id);
  return found !== undefined && found.state !== "Z" && found.state !== "X" && found.start === start;
}

/** A thread by its number, as it is at this moment. */
export function taskOf(id: number): Task {
  return { id, start: look(id)?.start ?? 0 };
}

function look(id: number): { readonly state: string; readonly start: number } | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, "latin1");
    // The second field is the program's name in parentheses, and may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", start: Number(fields[19]) % 2 ** 30 };
  } catch {
    return undefined;
  }
}

function answersSignals(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
