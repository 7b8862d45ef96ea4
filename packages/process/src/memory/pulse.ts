import { afterFork } from "../posix/fork/fork-hooks.ts";

/**
 * How often everyone who waits looks for themselves, in milliseconds: the one who should have woken them may have been
 * killed in the midst of it. Also the longest that a blocked thread takes to notice that it is being ended.
 */
export const pulseMs = 50;

const looks = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

// Its timer and those who asked for it are the parent's.
afterFork(() => {
  looks.clear();
  timer = undefined;
});

/**
 * Calls back at every pulse until the returned function is called, and keeps the program alive as long: neither
 * `Atomics.waitAsync` nor a bell does so, and a program that awaits nothing else would end in the midst of it.
 */
export function onPulse(look: () => void): () => void {
  looks.add(look);
  timer ??= setInterval(() => {
    for (const each of [...looks]) each();
  }, pulseMs);
  return () => {
    looks.delete(look);
    if (looks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
