import { deferred } from "../../base/deferred.ts";
import { ClosedError } from "../../base/errors.ts";
import { addRollback } from "../../base/send-rollback.ts";
import { idleHookMs, runIdleHooks } from "../wait/idle-hooks.ts";
import { recheckMs } from "../wait/recheck-timer.ts";
import { inboxName, keepAliveByInbox, openInbox, postTo, readInbox } from "./thread-inbox.ts";

/** The memory of a message. */
export type Memory = readonly SharedArrayBuffer[];

/** What a message of bytes has in place of its memory. */
export interface MemoryTicket {
  /** Never used twice. */
  readonly id: string;
  /** The inboxes of the threads that hold the memory for the receiver. */
  readonly holders: readonly string[];
}

/** A thread in its table. */
interface ThreadOfTable {
  /** The name of the table. */
  readonly name: string;
  readonly selfId: number;
}

/** A post to the inbox of a thread. */
type Post =
  | { readonly type: "hold"; readonly id: string; readonly memory: Memory }
  | { readonly type: "forget"; readonly id: string }
  | { readonly type: "ask"; readonly id: string; readonly inbox: string; readonly answers: Int32Array }
  | { readonly type: "answer"; readonly id: string; readonly memory: Memory | undefined };

/** The memory that this thread holds for receivers, by the id of its ticket. */
const held = new Map<string, Memory>();
/** What waits for an answer to this thread. */
const asked = new Map<string, (memory: Memory | undefined) => void>();
/** One word: how many answers this thread was sent. */
let answers: Int32Array | undefined;
let isKeeper = false;
let tickets = 0;

/**
 * Makes this thread the keeper of a table: it holds memory that other threads have sent, since a sender may have ended
 * or compute when the receiver asks.
 */
export function keepMemoryInTransit(tableName: string): void {
  isKeeper = true;
  open(tableName);
}

/** Holds memory for the receiver of a message of bytes, which cannot have it. The keeper holds it too. */
export function holdMemory(memory: Memory, sender: ThreadOfTable): MemoryTicket {
  const own = openFor(sender);
  const id = `${own} ${++tickets}`;
  const ticket = { id, holders: [...new Set([own, sender.name])] };
  held.set(id, memory);
  postToOthers(ticket, { type: "hold", id, memory });
  addRollback(() => forget(ticket));
  return ticket;
}

/**
 * Receives the memory of a message.
 *
 * @throws {ClosedError} when it was received before.
 */
export async function takeMemory(ticket: MemoryTicket, receiver: ThreadOfTable): Promise<Memory> {
  const own = takeOwn(ticket);
  if (own !== undefined) return own;
  const answer = deferred<Memory | undefined>();
  ask(ticket, receiver, answer.resolve);
  keepAliveByInbox(true);
  const memory = await answer.promise;
  keepAliveByInbox(asked.size > 0);
  return checkHeld(memory);
}

/** Receives the memory of a message, blocking this thread until a holder answers; otherwise as {@link takeMemory}. */
export function takeMemorySync(ticket: MemoryTicket, receiver: ThreadOfTable): Memory {
  const own = takeOwn(ticket);
  if (own !== undefined) return own;
  let memory: Memory | undefined;
  const word = ask(ticket, receiver, (answer) => {
    memory = answer;
  });
  for (;;) {
    const seen = Atomics.load(word, 0);
    readInbox();
    if (!asked.has(ticket.id)) return checkHeld(memory);
    Atomics.wait(word, 0, seen, runIdleHooks() ? recheckMs : idleHookMs);
  }
}

function openFor({ name, selfId }: ThreadOfTable): string {
  return open(`${name} ${selfId}`);
}

function open(name: string): string {
  return openInbox(name, read, () => held.size === 0);
}

function read(post: Post): void {
  const { type, id } = post;
  if (type === "hold") held.set(id, post.memory);
  else if (type === "forget") held.delete(id);
  else if (type === "ask") answer(id, post.inbox, post.answers);
  else {
    asked.get(id)?.(post.memory);
    asked.delete(id);
  }
}

function answer(id: string, inbox: string, word: Int32Array): void {
  const memory = held.get(id);
  held.delete(id);
  // The keeper has all memory that was not received. It alone can say that this was.
  if (memory === undefined && !isKeeper) return;
  postTo(inbox, { type: "answer", id, memory } satisfies Post);
  Atomics.add(word, 0, 1);
  Atomics.notify(word, 0);
}

function takeOwn(ticket: MemoryTicket): Memory | undefined {
  if (!ticket.holders.includes(inboxName() ?? "")) return undefined;
  readInbox();
  const memory = checkHeld(held.get(ticket.id));
  forget(ticket);
  return memory;
}

function ask(ticket: MemoryTicket, receiver: ThreadOfTable, then: (memory: Memory | undefined) => void): Int32Array {
  const { id } = ticket;
  const inbox = openFor(receiver);
  answers ??= new Int32Array(new SharedArrayBuffer(4));
  asked.set(id, then);
  postToOthers(ticket, { type: "ask", id, inbox, answers });
  return answers;
}

function forget(ticket: MemoryTicket): void {
  held.delete(ticket.id);
  postToOthers(ticket, { type: "forget", id: ticket.id });
}

function postToOthers({ holders }: MemoryTicket, post: Post): void {
  for (const holder of holders) if (holder !== inboxName()) postTo(holder, post);
}

function checkHeld(memory: Memory | undefined): Memory {
  if (memory !== undefined) return memory;
  throw new ClosedError(
    "Cannot receive memory that threads share: another thread has received it; send it once for each receiver",
  );
}
