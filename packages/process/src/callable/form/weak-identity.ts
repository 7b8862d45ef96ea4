import { uniqueId } from "./class-identity.ts";

// A symbol, or an empty map of a class, would be another one after each message. So it has an id, the same in all
// threads and processes: a thread that has it already uses that one.

const ids = new WeakMap<WeakKey, string>();
const known = new Map<string, WeakRef<WeakKey>>();
const collected = new FinalizationRegistry((id: string) => known.delete(id));

/** The id of a symbol or an object of this thread. */
export function weakIdentity(value: WeakKey): string {
  return ids.get(value) ?? remember(uniqueId(), value);
}

/** Whether a symbol or an object was sent to or from this thread by an id. */
export function hasWeakIdentity(value: WeakKey): boolean {
  return ids.has(value);
}

/** The symbol or the object that this thread has by an id; else makes it. */
export function byWeakIdentity<T extends WeakKey>(id: string, make: () => T): T {
  const found = known.get(id)?.deref() as T | undefined;
  if (found !== undefined) return found;
  const made = make();
  remember(id, made);
  return made;
}

function remember(id: string, value: WeakKey): string {
  ids.set(value, id);
  known.set(id, new WeakRef(value));
  collected.register(value, id);
  return id;
}
