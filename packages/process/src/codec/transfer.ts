import type { TransferListItem } from "node:worker_threads";

const lists = new WeakMap<object, readonly TransferListItem[]>();

/**
 * Marks the buffers and ports of a value that are moved rather than copied, wherever in arguments or results the
 * value is.
 *
 * A moved ArrayBuffer is detached on the sender's side: its `byteLength` is 0. Between threads, moving copies no
 * bytes. To another process the bytes are copied, and the sender's buffer is detached too, so that a program behaves
 * the same under every start method.
 *
 * @param value the object that is sent.
 * @param list the ArrayBuffers and MessagePorts in it that move.
 * @returns `value` itself.
 *
 * @example
 * const pixels = new Float64Array(1e6);
 * new Process(blur, { args: [transfer(pixels, [pixels.buffer])] }).start();
 */
export function transfer<T extends object>(value: T, list: readonly TransferListItem[]): T {
  lists.set(value, list);
  return value;
}

/** The list that {@link transfer} recorded for a value. */
export function transferListOf(value: object): readonly TransferListItem[] | undefined {
  return lists.get(value);
}
