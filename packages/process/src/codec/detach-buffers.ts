import type { TransferListItem } from "node:worker_threads";
import { isArrayBuffer } from "./object-kind.ts";

/**
 * Detaches transferred buffers in the sender. A message to another process holds copies of them; the sender must still
 * lose them, as it does between threads.
 */
export function detachBuffers(transferList: readonly TransferListItem[]): void {
  const buffers = transferList.filter(isArrayBuffer);
  if (buffers.length > 0) structuredClone(null, { transfer: buffers });
}
