import { ParticipantTable } from "../../../../src/memory/participant-table.ts";
import type { Program, ThreadContext } from "../program.ts";

const changedWord = 0;
/** One for each watching thread; its event loop would read its bell. */
const bellWords = 1;
const tableWord = 16;
const slots = 4;
/** The counts of watches, see {@link ParticipantTable}. */
const countWords = [tableWord + 2, tableWord + 10] as const;
const watchers = [0, 1];

const tableIn = (words: Int32Array) => new ParticipantTable(words, tableWord, slots, () => true);
const idOf = (thread: number) => slots + thread;

/** Watches the word as an event loop does: enters it, compares it once more, and sleeps until its bell rings. */
function watch({ thread, segment, log }: ThreadContext): void {
  const { words } = segment;
  const table = tableIn(words);
  for (;;) {
    const seen = Atomics.load(words, changedWord);
    if (seen === watchers.length) break;
    if (!table.addWatch(idOf(thread), changedWord, 1)) throw new Error("there is no entry for a watch");
    if (Atomics.load(words, changedWord) === seen) Atomics.wait(words, bellWords + thread, 0);
    else table.removeWatch(idOf(thread), changedWord);
    Atomics.store(words, bellWords + thread, 0);
  }
  log(1);
}

/** Changes the word twice, and wakes all that watch it each time. */
function change({ segment }: ThreadContext): void {
  const { words } = segment;
  const table = tableIn(words);
  for (let i = 0; i < watchers.length; i++) {
    Atomics.add(words, changedWord, 1);
    for (const { id } of table.takeWatches(changedWord)) {
      Atomics.store(words, bellWords + id - slots, 1);
      Atomics.notify(words, bellWords + id - slots);
    }
  }
}

/** Two threads that watch a word through the table of participants, and one that changes it. */
export const program: Program = {
  byteLength: 256,
  threads: [watch, watch, change],
  prepare(words) {
    for (const _ of watchers) tableIn(words).claim({ id: 1, start: 1, namespace: 1 });
  },
  check({ logs, killed, memory }) {
    const late = watchers.find((thread) => thread !== killed && killed !== 2 && logs[thread]?.length === 0);
    if (late !== undefined) return `thread ${late} sleeps though the word has changed`;
    const counts = new Int32Array(memory).subarray(...countWords);
    const isWrong = counts.some((count) => count < 0 || (killed === undefined && count > 0));
    return isWrong ? `the watches are counted as ${counts.join(", ")} at the end` : undefined;
  },
  nameOf: (word) => ({ [changedWord]: "changed", 1: "bell 0", 2: "bell 1", 18: "count" })[word] ?? `word ${word}`,
};
