import { ParticipantTable } from "./participant-table.ts";
import { keepMemoryInTransit } from "./transit/memory-in-transit.ts";

const slots = 1024;
const environmentKey = "@manyhands/process: threads";
const nameWords = 2;

const worker = () => process.getBuiltinModule("node:worker_threads");

/** The table of the threads that share memory, and this thread's id in it. */
export interface ThreadTable {
  /** A random name. */
  readonly name: string;
  readonly memory: SharedArrayBuffer;
  readonly participants: ParticipantTable;
  /** This thread's id. */
  readonly selfId: number;
}

const tables = new Map<string, ThreadTable>();
let ownTable: SharedArrayBuffer | undefined;

/**
 * The table of this program's threads, for memory that this thread makes. The thread that makes the table puts it into
 * Node's environment data, where later Workers find it.
 *
 * Shape: two words, a random name of the table; then a {@link ParticipantTable}.
 */
export function threadTable(): ThreadTable {
  if (ownTable === undefined) {
    const { getEnvironmentData, setEnvironmentData } = worker();
    const inherited = getEnvironmentData(environmentKey) as unknown;
    ownTable = inherited instanceof SharedArrayBuffer ? inherited : makeTable();
    if (ownTable !== inherited) {
      setEnvironmentData(environmentKey, ownTable as never);
      keepMemoryInTransit(nameOf(ownTable));
    }
  }
  return openThreadTable(ownTable);
}

/** Gives the table to the Workers that start from now on. Call it before starting one. */
export function publishThreadTable(): void {
  threadTable();
}

/**
 * Opens a table that came with a handle, and enters this thread in it. A second call for the same table does nothing
 * more.
 */
export function openThreadTable(memory: SharedArrayBuffer): ThreadTable {
  const name = nameOf(memory);
  const found = tables.get(name);
  if (found !== undefined) return found;
  // Each thread in the table counts as running: its parent releases its slot when it exits, see announceExit().
  const participants = new ParticipantTable(new Int32Array(memory), nameWords, slots, () => true);
  const table = {
    name,
    memory,
    participants,
    selfId: participants.claim({ id: worker().threadId + 1, start: 0, namespace: 0 }),
  };
  tables.set(name, table);
  process.once("exit", () => participants.release(table.selfId));
  return table;
}

/** Releases the slots of a thread that has ended, in all tables that this thread has opened. */
export function releaseThread(threadId: number): void {
  for (const { participants } of tables.values()) {
    for (const each of participants.all()) if (each.thread.id === threadId + 1) participants.release(each.id);
  }
}

/** The `worker_threads` id of a participant; `undefined` when it has left. */
export function threadIdOf(participants: ParticipantTable, id: number): number | undefined {
  const participant = participants.read(id);
  return participant && participant.thread.id - 1;
}

function nameOf(memory: SharedArrayBuffer): string {
  return new Int32Array(memory, 0, nameWords).join(" ");
}

function makeTable(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(nameWords * 4 + ParticipantTable.byteLength(slots));
  process.getBuiltinModule("node:crypto").randomFillSync(new Uint8Array(memory, 0, nameWords * 4));
  return memory;
}
