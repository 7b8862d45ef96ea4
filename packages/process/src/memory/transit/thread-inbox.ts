import type { BroadcastChannel } from "node:worker_threads";
import { addIdleHook } from "../wait/idle-hooks.ts";

const prefix = "@manyhands/process: inbox ";

const worker = () => process.getBuiltinModule("node:worker_threads");

let inbox:
  | { readonly name: string; readonly channel: BroadcastChannel; readonly read: (post: never) => void }
  | undefined;

/** Channels by which this thread posts to inboxes, by the name of the inbox. */
const outgoing = new Map<string, BroadcastChannel>();

/** The name of this thread's inbox; `undefined` before it is open. */
export function inboxName(): string | undefined {
  return inbox?.name;
}

/**
 * Opens this thread's inbox: a channel to which any thread can post whatever can be cloned. It is read by the event
 * loop, by {@link readInbox}, and when this thread blocks at a gate. Does nothing when it is open.
 *
 * @param read reads one post.
 * @param isDone whether no other thread waits for this one: otherwise it reads often while it blocks.
 * @returns the name of this thread's inbox.
 */
export function openInbox<Post>(name: string, read: (post: Post) => void, isDone: () => boolean): string {
  if (inbox !== undefined) return inbox.name;
  const channel = openChannel(name);
  channel.onmessage = (message) => read((message as MessageEvent).data as Post);
  inbox = { name, channel, read };
  addIdleHook(() => {
    readInbox();
    return isDone();
  });
  return name;
}

/** Reads all posts that have arrived. */
export function readInbox(): void {
  if (inbox !== undefined) readAll(inbox.channel, inbox.read);
  for (const channel of outgoing.values()) readAll(channel, () => {});
}

/** Sets whether the inbox keeps the program alive. Default: no. */
export function keepAliveByInbox(isNeeded: boolean): void {
  if (isNeeded) inbox?.channel.ref();
  else inbox?.channel.unref();
}

/** Posts to the inbox of another thread. The post is in the inbox when this returns; it is lost when there is none. */
export function postTo(name: string, post: unknown): void {
  let channel = outgoing.get(name);
  if (channel === undefined) {
    channel = openChannel(name);
    outgoing.set(name, channel);
    // A closed channel still receives until the event loop has run. A thread that blocks uses the open one again.
    setImmediate(close, name, channel);
  }
  channel.postMessage(post);
}

function close(name: string, channel: BroadcastChannel): void {
  outgoing.delete(name);
  channel.close();
}

function openChannel(name: string): BroadcastChannel {
  const channel = new (worker().BroadcastChannel)(prefix + name);
  channel.unref();
  return channel;
}

function readAll(channel: BroadcastChannel, read: (post: never) => void): void {
  const { receiveMessageOnPort } = worker();
  for (;;) {
    const received = receiveMessageOnPort(channel as never);
    if (received === undefined) return;
    read(received.message as never);
  }
}
