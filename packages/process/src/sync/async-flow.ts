import type { AsyncLocalStorage } from "node:async_hooks";

/**
 * An asynchronous call chain: a call and everything that it awaits, as one reads it in the source. It owns an RLock as
 * a thread does in Python.
 */
export interface AsyncFlow {
  /** Unique in this thread, > 0. */
  readonly id: number;
  /**
   * Whether a later call may belong to this flow. False until the code that created the flow reaches its first await.
   */
  isReusable: boolean;
  /** The number of locks that it owns. A call in a flow without locks creates a flow of its own. */
  locksOwned: number;
  /** The flow around it that owned locks when it began; it may acquire those again. */
  readonly parent: AsyncFlow | undefined;
}

let flows: AsyncLocalStorage<AsyncFlow> | undefined;
let lastId = 0;

/** The caller's flow; `undefined` when it never acquired a lock. */
export function currentFlow(): AsyncFlow | undefined {
  return flows?.getStore();
}

/** The caller's flow and those around it, innermost first: it may use the locks of all of them. */
export function* currentFlows(): Generator<AsyncFlow, void> {
  for (let flow = currentFlow(); flow !== undefined; flow = flow.parent) yield flow;
}

/** The caller's flow, or a new one, for a call that is complete when it returns. */
export function flowForBlockingCall(): AsyncFlow {
  return currentOwner() ?? enterNewFlow(true);
}

/**
 * The caller's flow, or a new one, for a call that will be awaited.
 *
 * Calls without an await between them have flows of their own, as in `Promise.all([task(), task()])`: otherwise the
 * second call would reuse the flow that the first has just created.
 */
export function flowForAwaitedCall(): AsyncFlow {
  const found = currentOwner();
  if (found !== undefined) return found;
  const created = enterNewFlow(false);
  queueMicrotask(() => {
    created.isReusable = true;
  });
  return created;
}

/** Runs a function as a flow of its own. The caller's flow does not change. */
export function runInNewFlow<T>(fn: () => T): T {
  return storage().run(createFlow(true), fn);
}

function currentOwner(): AsyncFlow | undefined {
  const found = currentFlow();
  return found?.isReusable && found.locksOwned > 0 ? found : undefined;
}

function enterNewFlow(isReusable: boolean): AsyncFlow {
  const flow = createFlow(isReusable);
  storage().enterWith(flow);
  return flow;
}

// Flows that own no lock are left out of the chain: a loop that acquires and releases would make it ever longer. A flow
// that is not reusable yet is left out too: it belongs to an earlier call in the same turn.
function createFlow(isReusable: boolean): AsyncFlow {
  let parent = currentFlow();
  while (parent !== undefined && (parent.locksOwned === 0 || !parent.isReusable)) parent = parent.parent;
  return { id: ++lastId, isReusable, locksOwned: 0, parent };
}

function storage(): AsyncLocalStorage<AsyncFlow> {
  flows ??= new (process.getBuiltinModule("node:async_hooks").AsyncLocalStorage)<AsyncFlow>();
  return flows;
}
