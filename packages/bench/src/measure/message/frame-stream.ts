import type { Readable, Writable } from "node:stream";

const headBytes = 4;

/**
 * Messages of bytes over a stream: four bytes of length, little end first, then the bytes.
 *
 * @param receive called with each whole message.
 */
export function framed(
  readable: Readable,
  writable: Writable,
  receive: (message: Buffer) => void,
): (message: Uint8Array) => void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = headBytes;
  let inHead = true;
  readable.on("data", (part: Buffer) => {
    parts.push(part);
    held += part.length;
    while (held >= wanted) {
      const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, held);
      const piece = all.subarray(0, wanted);
      parts = [all.subarray(wanted)];
      held -= wanted;
      if (inHead) wanted = piece.readUInt32LE();
      else {
        wanted = headBytes;
        receive(piece);
      }
      inHead = !inHead;
    }
  });
  // That the other side is gone is told by its process; here it would end this one.
  for (const stream of [readable, writable]) stream.on("error", () => {});
  return (message) => {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(message.length);
    writable.write(head);
    writable.write(message);
  };
}
