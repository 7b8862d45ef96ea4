import type { AsyncLocalStorage } from "node:async_hooks";

/** A line of execution through awaits and callbacks, as one reads it in the source: a call and everything that it awaits. */
export interface Flow {
  /** Unique in this thread, > 0. */
  readonly id: number;
  /** False from when a flow began until the code that began it has come to its first await. */
  isApart: boolean;
  /** How many locks it owns. What begins in a flow that owns none is a flow of its own. */
  owned: number;
}

let flows: AsyncLocalStorage<Flow> | undefined;
let lastId = 0;

/** The flow that calls; `undefined` when it never acquired anything. */
export function currentFlow(): Flow | undefined {
  return flows?.getStore();
}

/** The flow that calls, or a new one: for a call that is over when it returns. */
export function flowOfBlocking(): Flow {
  return owningFlow() ?? beginHere(true);
}

/**
 * The flow that calls, or a new one: for a call that is going to be awaited.
 *
 * Calls made one after the other without an await between them are flows of their own, as in
 * `Promise.all([task(), task()])`: the second would find the flow that the first has just begun.
 */
export function flowOfAwaiting(): Flow {
  const found = owningFlow();
  if (found !== undefined) return found;
  const begun = beginHere(false);
  queueMicrotask(() => {
    begun.isApart = true;
  });
  return begun;
}

/** Runs a function as a flow of its own; its caller's goes on unchanged. */
export function inNewFlow<T>(fn: () => T): T {
  return storage().run(newFlow(true), fn);
}

function owningFlow(): Flow | undefined {
  const found = currentFlow();
  return found?.isApart && found.owned > 0 ? found : undefined;
}

function beginHere(isApart: boolean): Flow {
  const flow = newFlow(isApart);
  storage().enterWith(flow);
  return flow;
}

function newFlow(isApart: boolean): Flow {
  return { id: ++lastId, isApart, owned: 0 };
}

function storage(): AsyncLocalStorage<Flow> {
  flows ??= new (process.getBuiltinModule("node:async_hooks").AsyncLocalStorage)<Flow>();
  return flows;
}
