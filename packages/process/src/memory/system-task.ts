import { existsSync, readFileSync } from "node:fs";
import { libc } from "./memory-calls.ts";

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

/**
 * Whether a thread still runs. A zombie does not. When the system does not say, the answer is true: a lock that is taken from a
 * living holder does more harm than one that is released late.
 */
export function isRunning(id: number, start: number): boolean {
  const found = look(id);
  if (found === "unknown") return answersSignals(id);
  if (found === "gone" || found.state === "Z" || found.state === "X") return false;
  return start === 0 || found.start === start;
}

/** A thread by its number, as it is at this moment. */
export function taskOf(id: number): Task {
  const found = look(id);
  return { id, start: typeof found === "string" ? 0 : found.start };
}

// "unknown" where there is no /proc, and where the file cannot be read for another reason than that the thread is gone: a
// process without a free descriptor learns nothing here.
function look(id: number): { readonly state: string; readonly start: number } | "gone" | "unknown" {
  if (process.platform !== "linux") return "unknown";
  let text: string;
  try {
    text = readFileSync(`/proc/${id}/stat`, "latin1");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isGone = code === "ESRCH" || (code === "ENOENT" && existsSync("/proc/self/stat"));
    return isGone ? "gone" : "unknown";
  }
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: Number(fields[19]) % 2 ** 30 };
}

function answersSignals(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
