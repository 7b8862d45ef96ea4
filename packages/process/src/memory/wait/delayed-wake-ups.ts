import { onForkInChild } from "../../posix/fork/fork-hooks.ts";

/** A gate whose waiters are woken later. */
export interface Wakeable {
  open(): void;
}

const delayed = new Set<Wakeable>();
let isScheduled = false;
let hasExitListener = false;

// Its parent wakes these waiters.
onForkInChild(() => {
  delayed.clear();
  isScheduled = false;
  hasExitListener = false;
});

/**
 * Opens a gate before this thread falls asleep at any gate, continues its event loop or exits, or when it releases a
 * lock of the program; whichever comes first. For a thread that is likely to open the same gate again within
 * microseconds: one wake-up is enough for both changes. And for waiters that need a lock which this thread holds.
 */
export function openLater(gate: Wakeable): void {
  delayed.add(gate);
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    openDelayed();
  });
  if (hasExitListener) return;
  hasExitListener = true;
  process.once("exit", openDelayed);
}

/** Opens the gates of {@link openLater} now. */
export function openDelayed(): void {
  if (delayed.size === 0) return;
  const gates = [...delayed];
  delayed.clear();
  for (const gate of gates) gate.open();
}
