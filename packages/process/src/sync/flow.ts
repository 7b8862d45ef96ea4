import type { AsyncLocalStorage } from "node:async_hooks";

/** A line of execution through awaits and callbacks, as one reads it in the source: a call and everything that it awaits. */
interface Flow {
  /** Unique in this thread, > 0. */
  readonly id: number;
  /** False from when a flow began by itself until the code that began it has come to its first await. */
  isApart: boolean;
}

let flows: AsyncLocalStorage<Flow> | undefined;
let lastId = 0;

/** The id of the flow that calls; 0 when it has none yet. */
export function currentFlow(): number {
  return flows?.getStore()?.id ?? 0;
}

/** The id of the flow that calls, which gets one if it has none: for a call that blocks, where nothing runs beside it. */
export function flowOfBlocking(): number {
  return currentFlow() || beginHere(true).id;
}

/**
 * The id of the flow that calls and is going to await, which gets one if it has none.
 *
 * Calls made one after the other without an await between them are flows of their own, as in
 * `Promise.all([task(), task()])`: the second would find the id that the first has just been given.
 */
export function flowOfAwaiting(): number {
  const found = flows?.getStore();
  if (found?.isApart) return found.id;
  const begun = beginHere(false);
  queueMicrotask(() => {
    begun.isApart = true;
  });
  return begun.id;
}

/** Runs a function as a flow of its own; its caller's goes on unchanged. */
export function inNewFlow<T>(fn: () => T): T {
  return storage().run({ id: ++lastId, isApart: true }, fn);
}

function beginHere(isApart: boolean): Flow {
  const flow = { id: ++lastId, isApart };
  storage().enterWith(flow);
  return flow;
}

function storage(): AsyncLocalStorage<Flow> {
  flows ??= new (process.getBuiltinModule("node:async_hooks").AsyncLocalStorage)<Flow>();
  return flows;
}
