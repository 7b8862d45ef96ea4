import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChannelFrameReader, encodeChannelFrame } from "../../src/channel/channel-frame.ts";

/** Cuts bytes into pieces at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % (bytes.byteLength + 1)).sort((a, b) => a - b), bytes.byteLength];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

describe("ChannelFrameReader", () => {
  it("ChannelFrameReader finds all messages, wherever the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (messages, places) => {
          const stream = Buffer.concat(messages.flatMap((message) => encodeChannelFrame(message)));
          const unframer = new ChannelFrameReader();
          const found = cut(stream, places).flatMap((piece) =>
            [...unframer.push(piece)].map((payload) => new Uint8Array(payload)),
          );
          expect(found).toEqual(messages.map((message) => new Uint8Array(message)));
        },
      ),
    );
  });
});

it("encodeChannelFrame() does not copy a long message", () => {
  const long = new Uint8Array(100_000);
  expect(encodeChannelFrame(long)[1]).toBe(long);
  expect(encodeChannelFrame(new Uint8Array(100))).toHaveLength(1);
});

it("encodeChannelFrame() refuses a message of 4 GiB", () => {
  expect(() => encodeChannelFrame({ byteLength: 2 ** 32 } as Uint8Array)).toThrow(RangeError);
});
