/**
 * The words of memory through which a thread crew is led.
 *
 * Only members that take part in an order are given a turn, and all of them report before the next order is written; so
 * nobody ever reads the words of another order than its own.
 *
 * Shape: Int32 each.
 *   order   the values of `order` below
 *   copies  copies of the job in this order
 *   next    number of the next chunk that a shared order hands out
 *   turns   one a member: grows by one for every order that it takes part in; it sleeps on it
 */
export const word = { order: 0, copies: 1, next: 2, turns: 3 } as const;

/** What a member is to do: end, do it all alone, share the chunks with the others and maybe tell of each, or collect its garbage. */
export const order = { end: 0, alone: 1, shared: 2, collect: 3, traced: 4 } as const;

/** Bytes of the words for a crew of so many members. */
export function controlBytes(members: number): number {
  return (word.turns + members) * Int32Array.BYTES_PER_ELEMENT;
}
