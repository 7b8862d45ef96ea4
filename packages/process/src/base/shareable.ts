import type { Socket } from "node:net";
import type { TransferListItem } from "node:worker_threads";

/** How far an object can be sent: to threads of this process, to processes of this machine, or to other machines. */
export type Reach = MemoryReach | "machine";

/** How far memory can be shared: no memory is shared between machines. */
export type MemoryReach = "thread" | "process";

/** Data that is sent in place of a shareable, and the module of the class that makes the object from it. */
export interface Handle {
  /** The URL of the class's module. Importing it registers the class under {@link Handle.kind}. */
  readonly module: string;
  /** The name that the class is registered under. */
  readonly kind: string;
  /** Plain data from which the class makes the object; cloneable to everywhere that the handle must reach. */
  readonly data: unknown;
  /** Parts of `data` that are moved rather than copied, such as a MessagePort. Default: none. */
  readonly transfer?: readonly TransferListItem[];
  /**
   * A function of the program that the object calls. It is sent as functions are. It may use the object itself, so the
   * receiver's object is made first and then gets it by {@link setCallback}. Default: none.
   */
  readonly callback?: ((...args: never[]) => unknown) | undefined;
}

/** The key of the method that makes an object's handle. An object is shareable when it has this method. */
export const toHandle: unique symbol = Symbol.for("manyhands.toHandle");

/** The key of the method by which an object that was made from a handle gets the {@link Handle.callback}. */
export const setCallback: unique symbol = Symbol("setCallback");

/**
 * The key of the socket that an object uses. The socket is sent with the object, and the receiver's object gets its own
 * as the field `socket` of {@link Handle.data}.
 */
export const socketOf: unique symbol = Symbol("socketOf");

/**
 * An object that is sent to a child as a handle to the same thing rather than as a copy: Lock, Queue, Connection,
 * proxy.
 */
export interface Shareable {
  /**
   * Makes the handle.
   *
   * @param reach how far the handle must reach.
   * @param memoryReach how far memory must reach. The handle may have a SharedArrayBuffer when that is to threads.
   *   Default: `reach`.
   * @throws {NotShareableError} when this object cannot be sent so far, with the line to write instead.
   */
  [toHandle](reach: Reach, memoryReach?: Reach): Handle;
  /** Takes over the callback of its handle. Needed when its handles have one. */
  [setCallback]?(callback: (...args: never[]) => unknown): void;
  /** The socket that it uses. Default: none. */
  readonly [socketOf]?: Socket;
}

/** Whether an object is sent as a handle. */
export function isShareable(value: object): value is Shareable {
  return toHandle in value;
}

/**
 * Who sent a message: a process of this program, which may cause anything here; the peer of a socket that has proved
 * that it has the key; or one that has not.
 */
export type Sender = "program" | "peer" | "stranger";

let sender: Sender = "program";

/** The sender of the message that is being read. */
export function currentSender(): Sender {
  return sender;
}

/** Reads a message that came from a socket. */
export function readingFrom<T>(from: Sender, read: () => T): T {
  const before = sender;
  sender = from;
  try {
    return read();
  } finally {
    sender = before;
  }
}

interface Reviver {
  readonly revive: (data: never) => unknown;
  readonly isInert: boolean;
}

const revivers = new Map<string, Reviver>();

/**
 * Registers the function that makes objects from handles of one kind. A class registers at the end of its own module,
 * so that importing `Handle.module` registers it.
 *
 * @param kind the `kind` of the handles, unique in this package; the class's name.
 * @param revive makes the object from `Handle.data`.
 * @param options.isInert whether making the object touches nothing outside of this process, so that strangers may send
 *   its handles. Default: false.
 */
export function registerShareable<Data>(
  kind: string,
  revive: (data: Data) => unknown,
  { isInert = false }: { readonly isInert?: boolean } = {},
): void {
  revivers.set(kind, { revive, isInert });
}

/** Whether handles of a kind can be revived: its module was imported. */
export function isRegisteredKind(kind: string): boolean {
  return revivers.has(kind);
}

/** Makes an object from its handle. The handle's module must have been imported. */
export function revive(handle: Pick<Handle, "kind" | "data">): unknown {
  const reviver = revivers.get(handle.kind);
  if (reviver === undefined) {
    throw new Error(`Cannot revive a handle of kind "${handle.kind}": its module was not imported`);
  }
  if (sender === "stranger" && !reviver.isInert) {
    throw new Error(
      `Cannot attach to the ${handle.kind} in it: its sender has not proved that it has a key; give Listener and Client the same authKey`,
    );
  }
  return reviver.revive(handle.data as never);
}
