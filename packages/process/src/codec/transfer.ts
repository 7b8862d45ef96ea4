import type { TransferListItem } from "node:worker_threads";

const lists = new WeakMap<object, readonly TransferListItem[]>();

/**
 * Marks what of a value is to be moved rather than copied, wherever the value stands in arguments or results.
 *
 * A moved ArrayBuffer is empty (`byteLength` 0, detached) on the sender's side. Between threads moving costs nothing;
 * to another process the bytes are copied, and the sender's buffer is detached all the same, so that a program behaves alike
 * under every start method.
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

/** What {@link transfer} was told of a value. */
export function transferListOf(value: object): readonly TransferListItem[] | undefined {
  return lists.get(value);
}
