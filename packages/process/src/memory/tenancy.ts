import { unlinkSync } from "node:fs";
import { afterFork } from "../posix/after-fork.ts";
import { dropBell } from "./bell.ts";
import type { Header } from "./header.ts";
import { sweep } from "./sweep.ts";
import { thisTask } from "./task.ts";

/** This thread's use of a mapped file. It ends when the object by which it is used is collected, or with the thread. */
export interface Tenancy {
  readonly path: string;
  readonly header: Header;
  /** The thread's id among the users. */
  me: number;
}

const tenancies = new Set<Tenancy>();
let hasBegun = false;

/** Does what has to be done once a thread, before it maps its first file: it sweeps, and will when it ends. */
export function beginTenancies(): void {
  if (hasBegun) return;
  hasBegun = true;
  sweep();
  process.once("exit", () => {
    for (const tenancy of tenancies) leave(tenancy);
    if (process.getBuiltinModule("node:worker_threads").isMainThread) sweep({ isEnding: true });
  });
}

/** Enters this thread among the users of a file. */
export function enter(path: string, header: Header): Tenancy {
  const { id, start } = thisTask();
  const tenancy = { path, header, me: header.tenants.claim(id, start) };
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

/** Enters the one thread of a process that was just forked beside that of its parent, for everything that both have. */
function reenter(): void {
  dropBell();
  const { id, start } = thisTask();
  for (const tenancy of tenancies) tenancy.me = tenancy.header.tenants.claim(id, start);
}

afterFork(reenter);

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another was the last as well.
  }
}
