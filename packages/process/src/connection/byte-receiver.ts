import type { WaitOptions } from "../base/deadline.ts";
import { inspected } from "../base/inspected.ts";
import { receiveInto } from "./message-bytes.ts";

/** What a connection over a socket has in common with one in shared memory, made of its other methods. */
export abstract class ByteReceiver implements Disposable {
  abstract get closed(): boolean;
  abstract recvBytes(options?: WaitOptions): Promise<Uint8Array>;
  abstract close(): void;

  /** Whether this end can receive: both ends of a socket can. */
  get readable(): boolean {
    return true;
  }

  /** Whether this end can send: both ends of a socket can. */
  get writable(): boolean {
    return true;
  }

  /**
   * Receives a message into a buffer.
   *
   * @param offset the index of its first byte in the buffer. Default: 0.
   * @returns how many bytes the message has.
   * @throws {BufferTooShortError} when the message does not fit: the error has it; what `recvBytes` throws.
   */
  recvBytesInto(buffer: ArrayBufferView, offset = 0, options: WaitOptions = {}): Promise<number> {
    return receiveInto(buffer, offset, () => this.recvBytes(options));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspected](): string {
    return this.toString();
  }
}
