import type { Callable } from "./target.ts";
import { byWeakIdentity, processTree, rememberByIdentity, wasForked, weakIdentity } from "./weak-identity.ts";

/** The identity of a class. An object that comes back is an instance of the class from which it was made. */
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

let findInherited: FindClass | undefined;

/** Registers the search for a class that this process shares with the processes that it was forked from or forked. */
export function registerFindInherited(find: FindClass): void {
  findInherited = find;
}

/** The identity of a class of this thread. */
export function classIdentity(fn: Callable): ClassIdentity {
  return { id: weakIdentity(fn), forkedIn: wasForked() ? processTree : null };
}

/** The class that this thread has by an identity. */
export function classByIdentity({ id, forkedIn }: ClassIdentity, place: ClassPlace): Callable | undefined {
  const known = byWeakIdentity(id) as Callable | undefined;
  if (known !== undefined || forkedIn !== processTree) return known;
  const found = findInherited?.(place);
  return found && rememberByIdentity(id, found);
}
