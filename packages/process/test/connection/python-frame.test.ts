import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PythonFrameReader, pythonFrameHeader } from "../../src/connection/python-frame.ts";

const limit = 2 ** 32;

function takeAll(reader: PythonFrameReader): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let next = reader.take(limit); next !== undefined; next = reader.take(limit)) found.push(new Uint8Array(next));
  return found;
}

describe("PythonFrameReader", () => {
  it("finds all messages, wherever the stream is split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (messages, steps) => {
          const stream = Buffer.concat(messages.flatMap((message) => [pythonFrameHeader(message.byteLength), message]));
          const reader = new PythonFrameReader();
          const found: Uint8Array[] = [];
          for (let at = 0, i = 0; at < stream.byteLength; i++) {
            const end = at + (steps[i % steps.length] as number);
            reader.push(stream.subarray(at, end));
            found.push(...takeAll(reader));
            at = end;
          }
          expect(found).toEqual(messages.map((message) => new Uint8Array(message)));
          expect(reader.byteLength).toBe(0);
        },
      ),
    );
  });

  it("throws on the header of a message that is too long", () => {
    const reader = new PythonFrameReader();
    reader.push(pythonFrameHeader(101));
    expect(() => reader.take(100)).toThrow(/101 bytes is announced, the limit is 100/);
  });

  it("throws on an invalid length", () => {
    const reader = new PythonFrameReader();
    reader.push(Buffer.from([0xff, 0xff, 0xff, 0xfe]));
    expect(() => reader.take(limit)).toThrow(/-2 bytes/);
  });
});

describe("pythonFrameHeader()", () => {
  it("returns four bytes up to 2 GiB − 1, and twelve from there on", () => {
    expect(pythonFrameHeader(2 ** 31 - 1).toString("hex")).toBe("7fffffff");
    expect(pythonFrameHeader(2 ** 31).toString("hex")).toBe("ffffffff0000000080000000");
  });
});
