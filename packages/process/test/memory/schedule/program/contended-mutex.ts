import { Mutex } from "../../../../src/memory/mutex.ts";
import type { Program, ThreadContext } from "../program.ts";

const mutexWord = 0;
const insideWord = 16;
const rounds = 2;

/** Logged by a thread that found the mutex abandoned. */
const abandoned = -1;

/** Takes the mutex twice, and checks that no other thread is inside. */
function take({ segment, log }: ThreadContext): void {
  const mutex = new Mutex(segment, mutexWord);
  for (let round = 0; round < rounds; round++) {
    mutex.takeSync();
    if (mutex.isAbandoned) {
      log(abandoned);
      mutex.repair();
    } else if (segment.words[insideWord] !== 0) throw new Error("another thread is inside");
    segment.words[insideWord] = segment.selfId;
    log(round);
    segment.words[insideWord] = 0;
    mutex.release();
  }
}

/** Three threads that take one mutex. */
export const program: Program = {
  byteLength: 32 * 4,
  threads: [take, take, take],
  check({ logs, killed, memory }) {
    if (killed === undefined && logs.flat().includes(abandoned)) return "the mutex was taken from a thread that runs";
    const late = logs.findIndex((log, thread) => thread !== killed && !log.includes(rounds - 1));
    if (late !== -1) return `thread ${late} did not get the mutex ${rounds} times`;
    const holder = new Int32Array(memory)[mutexWord] as number;
    return holder !== 0 && killed === undefined ? `the mutex is ${holder} at the end` : undefined;
  },
  nameOf: (word) => ({ [mutexWord]: "mutex", [mutexWord + 1]: "gate" })[word] ?? `word ${word}`,
};
