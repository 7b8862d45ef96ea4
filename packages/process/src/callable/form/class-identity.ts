import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import type { Callable } from "./target.ts";

// A class that is sent as its text would be another class after each message. So it has an id, the same in all
// threads and processes: a thread that has the class already uses that one, and an object that comes back is an
// instance of the class from which it was made.

/** The identity of a class. */
export interface ClassIdentity {
  readonly id: string;
  /** The process tree of a forked sender: a process of the same tree may have the class by another id. */
  readonly forkedIn: string | null;
}

/** The place where a class was defined. */
export interface ClassPlace {
  readonly name: string;
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

type FindClass = (place: ClassPlace) => Callable | undefined;

const ids = new WeakMap<object, string>();
const classes = new Map<string, WeakRef<Callable>>();
const collected = new FinalizationRegistry((id: string) => {
  if (classes.get(id)?.deref() === undefined) classes.delete(id);
});
const unique = () => `${process.pid}-${performance.timeOrigin + performance.now()}-${Math.random()}`;
const tree = unique();
let thread = tree;
let count = 0;
let findInherited: FindClass | undefined;
onForkInChild(() => {
  thread = unique();
});

/** Registers the search for a class that this process shares with the processes that it was forked from or forked. */
export function registerFindInherited(find: FindClass): void {
  findInherited = find;
}

/** An id that no other thread or process gives. */
export function uniqueId(): string {
  return `${thread}-${++count}`;
}

/** The identity of a class of this thread. */
export function classIdentity(fn: Callable): ClassIdentity {
  let id = ids.get(fn);
  if (id === undefined) {
    id = uniqueId();
    rememberClass(id, fn);
  }
  return { id, forkedIn: thread === tree ? null : tree };
}

/** The class that this thread has by an identity. */
export function classByIdentity({ id, forkedIn }: ClassIdentity, place: ClassPlace): Callable | undefined {
  const known = classes.get(id)?.deref();
  if (known !== undefined || forkedIn !== tree) return known;
  const found = findInherited?.(place);
  if (found !== undefined) rememberClass(id, found);
  return found;
}

/** Records the class that was made from the text that a message has for an id. */
export function rememberClass(id: string, fn: Callable): void {
  ids.set(fn, id);
  classes.set(id, new WeakRef(fn));
  collected.register(fn, id);
}
