import { unlinkSync } from "node:fs";
import { aroundFork } from "../posix/fork/fork-hooks.ts";
import { dropBell } from "./bell.ts";
import type { Header } from "./header.ts";
import { sweep } from "./sweep.ts";
import { taskOf, thisTask } from "./system-task.ts";

/** This thread's use of a mapped file. It ends when the object by which it is used is collected, or with the thread. */
export interface Tenancy {
  readonly path: string;
  readonly header: Header;
  /** The thread's id among the users. */
  me: number;
  /** While this process is being forked, the id that the child will have; else 0. */
  heir: number;
}

const tenancies = new Set<Tenancy>();
let hasBegun = false;

/** Does what has to be done once a thread, before it maps its first file: it sweeps, and will when it ends. */
export function beginTenancies(): void {
  if (hasBegun) return;
  hasBegun = true;
  sweep();
  process.once("exit", endTenancies);
}

function endTenancies(): void {
  for (const tenancy of tenancies) leave(tenancy);
  if (process.getBuiltinModule("node:worker_threads").isMainThread) sweep({ isEnding: true });
}

/** Enters this thread among the users of a file. */
export function enter(path: string, header: Header): Tenancy {
  const { id, start } = thisTask();
  const tenancy = { path, header, me: header.tenants.claim(id, start), heir: 0 };
  tenancies.add(tenancy);
  return tenancy;
}

/** Ends this thread's use of a file, and the file when nobody else uses it. */
export function leave(tenancy: Tenancy): void {
  if (!tenancies.delete(tenancy)) return;
  const { header, path, me } = tenancy;
  header.tenants.release(me);
  if (!header.isInUse()) remove(path);
}

/** Forgets a file that did not come about. */
export function forget(tenancy: Tenancy): void {
  tenancies.delete(tenancy);
}

// A forked process is a user beside its parent of all that both have, and is one from before there is a moment in which the
// parent could leave. Both say which task it is: the child may be killed before it comes to do so.
aroundFork({
  before() {
    const { id, start } = thisTask();
    for (const tenancy of tenancies) tenancy.heir = tenancy.header.tenants.claim(id, start);
  },
  inParent(pid) {
    const child = pid === null ? undefined : taskOf(pid);
    for (const tenancy of tenancies) {
      const { tenants } = tenancy.header;
      if (child === undefined) tenants.release(tenancy.heir);
      else tenants.assign(tenancy.heir, child.id, child.start);
      tenancy.heir = 0;
    }
  },
  inChild() {
    dropBell();
    const { id, start } = thisTask();
    for (const tenancy of tenancies) {
      tenancy.me = tenancy.heir;
      tenancy.heir = 0;
      tenancy.header.tenants.assign(tenancy.me, id, start);
    }
  },
});

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another was the last as well.
  }
}
