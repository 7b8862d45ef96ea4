import type { TransferListItem } from "node:worker_threads";

/** How far memory reaches: the threads of this process, or other processes as well. */
export type Reach = "thread" | "process";

/** What crosses in place of a shareable: plain, cloneable data, and where to find the class that understands it. */
export interface Handle {
  /** The URL of the module whose class revives the handle; importing it registers the class under {@link Handle.kind}. */
  readonly module: string;
  /** The name that the class is registered under. */
  readonly kind: string;
  /** Whatever the class needs to make the same thing again; it must be cloneable as far as it was asked to reach. */
  readonly data: unknown;
  /** What of `data` is to be moved rather than copied, such as a MessagePort. Default: nothing. */
  readonly transfer?: readonly TransferListItem[];
}

/** The method by which an object says that it crosses as a handle. */
export const toHandle: unique symbol = Symbol.for("manyhands.toHandle");

/**
 * An object that crosses to a child as a handle to the same thing rather than as a copy: Lock, Queue, Connection, a proxy.
 */
export interface Shareable {
  /**
   * Makes the handle that crosses.
   *
   * @param reach how far the handle must reach.
   * @throws {NotShareableError} when the memory of this object does not reach so far, with the line to write instead.
   */
  [toHandle](reach: Reach): Handle;
}

/** Whether a value crosses as a handle. */
export function isShareable(value: object): value is Shareable {
  return toHandle in value;
}

const revivers = new Map<string, (data: never) => unknown>();

/**
 * Registers how handles of one kind become objects again. A class does so at the foot of its own module, so that whoever
 * imports `Handle.module` can revive.
 *
 * @param kind the name that handles bear, unique in this package; the class's name.
 * @param revive makes the object from `Handle.data`.
 */
export function registerShareable<Data>(kind: string, revive: (data: Data) => unknown): void {
  revivers.set(kind, revive);
}

/** Makes the object that a handle stands for. The handle's module must have been imported. */
export function revive(handle: Pick<Handle, "kind" | "data">): unknown {
  const reviver = revivers.get(handle.kind);
  if (reviver === undefined) {
    throw new Error(`Cannot revive a handle of kind "${handle.kind}": its module was not imported`);
  }
  return reviver(handle.data as never);
}
