import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader, frameHeader } from "../../src/connection/python-frame.ts";

const limit = 2 ** 32;

function takeAll(reader: FrameReader): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let next = reader.take(limit); next !== undefined; next = reader.take(limit)) found.push(new Uint8Array(next));
  return found;
}

describe("FrameReader", () => {
  it("finds the messages, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (messages, steps) => {
          const stream = Buffer.concat(messages.flatMap((message) => [frameHeader(message.byteLength), message]));
          const reader = new FrameReader();
          const found: Uint8Array[] = [];
          for (let at = 0, i = 0; at < stream.byteLength; i++) {
            const end = at + (steps[i % steps.length] as number);
            reader.push(stream.subarray(at, end));
            found.push(...takeAll(reader));
            at = end;
          }
          expect(found).toEqual(messages.map((message) => new Uint8Array(message)));
          expect(reader.bytes).toBe(0);
        },
      ),
    );
  });

  it("refuses what is too long when it is announced, before it comes", () => {
    const reader = new FrameReader();
    reader.push(frameHeader(101));
    expect(() => reader.take(100)).toThrow(/101 bytes is announced, the limit is 100/);
  });

  it("refuses a length that is none", () => {
    const reader = new FrameReader();
    reader.push(Buffer.from([0xff, 0xff, 0xff, 0xfe]));
    expect(() => reader.take(limit)).toThrow(/-2 bytes/);
  });
});

describe("frameHeader()", () => {
  it("is four bytes up to 2 GiB − 1, and twelve from there", () => {
    expect(frameHeader(2 ** 31 - 1).toString("hex")).toBe("7fffffff");
    expect(frameHeader(2 ** 31).toString("hex")).toBe("ffffffff0000000080000000");
  });
});
