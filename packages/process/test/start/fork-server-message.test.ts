import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeRequest,
  encodeRecord,
  encodeRequest,
  RecordReader,
  requestBytes,
  type ServerRecord,
} from "../../src/start/forkserver/fork-server-message.ts";

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const record: fc.Arbitrary<ServerRecord> = fc.oneof(
  fc.record({ kind: fc.constant("forked" as const), pid: int }),
  fc.record({ kind: fc.constant("ended" as const), pid: int, status: int }),
);

describe("RecordReader", () => {
  it("RecordReader finds all records, wherever the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(record), fc.array(fc.nat(100)), (records, cuts) => {
        const stream = Buffer.concat(records.map(encodeRecord));
        const places = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort(
          (a, b) => a - b,
        );
        const reader = new RecordReader();
        const found = places.flatMap((end, i) => reader.push(stream.subarray(places[i - 1] ?? 0, end)));
        expect(found).toEqual(records);
      }),
    );
  });
});

describe("encodeRequest()", () => {
  it("decodeRequest() reads an encoded request", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (modules) => {
        expect(decodeRequest(encodeRequest({ modules }))).toEqual({ modules });
      }),
    );
  });

  it("encodeRequest() leaves out modules that do not fit", () => {
    const encoded = encodeRequest({ modules: ["x".repeat(requestBytes)] });
    expect(decodeRequest(encoded)).toEqual({ modules: [] });
  });
});
