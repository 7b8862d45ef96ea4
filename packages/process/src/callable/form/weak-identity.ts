import { onForkInChild } from "../../posix/fork/fork-hooks.ts";

// A class, a symbol or an empty map of a class would be another one after each message. So it has an id, the same in
// all threads and processes: a thread that has it already uses that one.

const ids = new WeakMap<WeakKey, string>();
const known = new Map<string, WeakRef<WeakKey>>();
const collected = new FinalizationRegistry((id: string) => {
  // Another one may have been made by the id before this call.
  if (known.get(id)?.deref() === undefined) known.delete(id);
});
const unique = () => `${process.pid}-${performance.timeOrigin + performance.now()}-${Math.random()}`;

/** Identifies this process, with those that are forked from it. */
export const processTree = unique();
let thread = processTree;
let count = 0;
onForkInChild(() => {
  thread = unique();
});

/** Whether this process was forked since this package was loaded. */
export function wasForked(): boolean {
  return thread !== processTree;
}

/** An id that no other thread or process gives. */
export function uniqueId(): string {
  return `${thread}-${++count}`;
}

/** The id of a value of this thread. */
export function weakIdentity(value: WeakKey): string {
  let id = ids.get(value);
  if (id === undefined) {
    id = uniqueId();
    rememberByIdentity(id, value);
  }
  return id;
}

/** Whether a value was sent to or from this thread by an id. */
export function hasWeakIdentity(value: WeakKey): boolean {
  return ids.has(value);
}

/** The value that this thread has by an id. */
export function byWeakIdentity(id: string): WeakKey | undefined {
  return known.get(id)?.deref();
}

/** Records what was made for an id, and returns it. */
export function rememberByIdentity<T extends WeakKey>(id: string, value: T): T {
  ids.set(value, id);
  known.set(id, new WeakRef(value));
  collected.register(value, id);
  return value;
}
