import { serialize } from "../codec/serialize.ts";
import { examinePart, expectPart, type InternalCheck } from "../posix/node-internals/internal-check.ts";
import { readRecord, writeRecord } from "./value-record.ts";

/** Whether V8's serialiser passes native objects to `_writeHostObject`, and msgpackr returns its own buffer. */
export function check(): InternalCheck {
  return examinePart("serialisers", () => {
    const value = { text: "text", list: [1, 2] };
    const record = writeRecord(value, "value");
    expectPart(record.length > 0 && record.length < record.bytes.length, "msgpackr to write into its own buffer");
    expectPart(JSON.stringify(readRecord(record)) === JSON.stringify(value), "msgpackr to read what it wrote");
    expectPart(isMarked(new Blob([]), "messaging_clone_symbol"), "a Blob to have the symbol messaging_clone_symbol");
    const { port1 } = new MessageChannel();
    const refusal = refusalOf(port1);
    port1.close();
    expectPart(/^a MessagePort cannot/.test(refusal), `v8.Serializer to call _writeHostObject(), found "${refusal}"`);
    return "v8.Serializer calls _writeHostObject(), msgpackr writes into its own buffer";
  });
}

function isMarked(value: object, name: string): boolean {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.getOwnPropertySymbols(at).some(({ description }) => description === name)) return true;
  }
  return false;
}

function refusalOf(value: unknown): string {
  try {
    serialize(value);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
