import { type Control, Global } from "./control.ts";

/** The operations of `Atomics`, as the journal numbers them. */
export const operations = {
  load: 0,
  store: 1,
  exchange: 2,
  compareExchange: 3,
  add: 4,
  sub: 5,
  and: 6,
  or: 7,
  xor: 8,
  wait: 9,
  waitAsync: 10,
  notify: 11,
} as const;

const names = Object.keys(operations);
const longest = 120;

/** Writes the last operations of a schedule, one a line: `2 compareExchange tail → 1`. */
export function readJournal(control: Control, nameOf: (word: number) => string): string {
  const length = control.get(Global.journalLength);
  const lines: string[] = [];
  for (let entry = Math.max(0, length - longest); entry < length; entry++) {
    const [thread, operation, word, result] = control.journal.subarray(entry * 4, entry * 4 + 4);
    lines.push(`${thread} ${names[operation as number]} ${nameOf(word as number)} → ${result}`);
  }
  return lines.join("\n");
}
