import { Tenants } from "./tenants.ts";

const slots = 1024;
const environmentKey = "@manyhands/process: threads";
const nameWords = 2;

const worker = () => process.getBuiltinModule("node:worker_threads");

/** The table of threads that share a piece of memory, and this thread's id in it. */
export interface ThreadTable {
  readonly memory: SharedArrayBuffer;
  readonly tenants: Tenants;
  /** This thread's id. */
  readonly me: number;
}

const known = new Map<string, ThreadTable>();
let own: SharedArrayBuffer | undefined;

/**
 * The table of this program's threads, for memory that begins in this thread. A thread that makes it leaves it in
 * Node's environment data, where Workers that start later find it.
 *
 * Shape: two words, a random name that tells it from others; then {@link Tenants}.
 */
export function threadTable(): ThreadTable {
  if (own === undefined) {
    const { getEnvironmentData, setEnvironmentData } = worker();
    const inherited = getEnvironmentData(environmentKey) as unknown;
    own = inherited instanceof SharedArrayBuffer ? inherited : makeTable();
    if (own !== inherited) setEnvironmentData(environmentKey, own as never);
  }
  return openThreadTable(own);
}

/** Opens a table that came with a handle, and enters this thread in it; once, however often it comes. */
export function openThreadTable(memory: SharedArrayBuffer): ThreadTable {
  const words = new Int32Array(memory);
  const name = `${words[0]} ${words[1]}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  // A thread tells of its end through its parent, see announceDeath; nobody has to look.
  const tenants = new Tenants(words, nameWords, slots, () => true);
  const table = { memory, tenants, me: tenants.claim(worker().threadId + 1, 0) };
  known.set(name, table);
  process.once("exit", () => tenants.release(table.me));
  return table;
}

/** Strikes a thread that has ended off all tables that this one knows. */
export function strikeThread(threadId: number): void {
  for (const { tenants } of known.values()) {
    for (const tenant of tenants.all()) if (tenant.task === threadId + 1) tenants.release(tenant.id);
  }
}

/** The `worker_threads` id of a tenant; `undefined` when it has left. */
export function threadIdOf(tenants: Tenants, id: number): number | undefined {
  const tenant = tenants.read(id);
  return tenant && tenant.task - 1;
}

function makeTable(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(nameWords * 4 + Tenants.byteLength(slots));
  process.getBuiltinModule("node:crypto").randomFillSync(new Uint8Array(memory, 0, nameWords * 4));
  return memory;
}
