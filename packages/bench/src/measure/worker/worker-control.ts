/**
 * Indices of the control words that thread workers share with the caller.
 *
 * The caller raises the turn only of workers that take part in a command, and all of these report before it writes
 * the next command. So no worker reads the words of a command that is not for it.
 *
 * Shape: Int32 each.
 *   command  a value of `command` below
 *   copies   copies of the job in this command
 *   next     number of the next chunk, which workers of a shared command add to
 *   turns    one a worker: incremented for every command that the worker takes part in; the worker sleeps on it
 */
export const controlWord = { command: 0, copies: 1, next: 2, turns: 3 } as const;

/**
 * What a worker does next.
 *
 *   end      exit
 *   alone    do all chunks in a plain loop
 *   shared   take chunks from `next` until none is left
 *   collect  collect garbage
 *   traced   as `shared`, and report when each chunk ended
 */
export const command = { end: 0, alone: 1, shared: 2, collect: 3, traced: 4 } as const;

/** Bytes of the control words for so many workers, the serial one included. */
export function controlBytes(workers: number): number {
  return (controlWord.turns + workers) * Int32Array.BYTES_PER_ELEMENT;
}
