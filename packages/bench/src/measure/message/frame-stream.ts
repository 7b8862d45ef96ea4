import type { Readable, Writable } from "node:stream";

const headBytes = 4;

/**
 * Sends and receives messages over byte streams. A frame is the length as four bytes, little-endian, then the message.
 *
 * @param receive called with each complete message.
 * @returns sends a message.
 */
export function frameStream(
  readable: Readable,
  writable: Writable,
  receive: (message: Buffer) => void,
): (message: Uint8Array) => void {
  let parts: Buffer[] = [];
  let buffered = 0;
  let wanted = headBytes;
  let inHead = true;
  readable.on("data", (part: Buffer) => {
    parts.push(part);
    buffered += part.length;
    while (buffered >= wanted) {
      const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, buffered);
      const piece = all.subarray(0, wanted);
      parts = [all.subarray(wanted)];
      buffered -= wanted;
      if (inHead) wanted = piece.readUInt32LE();
      else {
        wanted = headBytes;
        receive(piece);
      }
      inHead = !inHead;
    }
  });
  // The exit of the far process is reported by its own event. Without a listener an EPIPE here would end this process.
  for (const stream of [readable, writable]) stream.on("error", () => {});
  return (message) => {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(message.length);
    writable.write(head);
    writable.write(message);
  };
}
