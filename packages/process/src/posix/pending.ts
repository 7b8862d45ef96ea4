/** What this file knows of Node's own `internal/timers`, which a fork-ready Node lets be loaded. */
interface InternalTimers {
  readonly timerListMap: Record<string, Linked>;
  readonly immediateQueue: { readonly head: Linked | null };
  decRefCount(): void;
}

interface Linked {
  readonly _idleNext: Linked | null;
}

/** Clears, in a forked child, the timers and immediates that the parent had set. */
export function dropPending(): void {
  const internal = internals("internal/timers") as InternalTimers;
  const timers = Object.values(internal.timerListMap).flatMap((list) => [...following(list)]);
  for (const timer of timers) clearTimeout(timer as unknown as NodeJS.Timeout);
  const { head } = internal.immediateQueue;
  const immediates = head === null ? [] : [head, ...following(head)];
  for (const immediate of immediates) clearImmediate(immediate as unknown as NodeJS.Immediate);
}

/** Requires one of Node's internal modules; a fork-ready Node allows it. */
export function internals(name: string): unknown {
  return process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);
}

// A list of timers is a ring, one of immediates ends in null.
function* following(start: Linked): Generator<Linked> {
  for (let at = start._idleNext; at !== null && at !== start; at = at._idleNext) yield at;
}
