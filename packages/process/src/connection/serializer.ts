import { CloneError } from "../base/errors.ts";
import { readingFrom } from "../base/shareable.ts";
import { decode } from "../codec/decode.ts";
import { type Encoded, type EncodeOptions, encode, withCloneErrors } from "../codec/encode.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import { ConnectionError } from "./connection-error.ts";

/**
 * How `send` and `recv` serialize values. `"v8"` keeps everything that structured clone keeps, errors and shareables
 * too; only this package reads it. `"json"` is for peers in other languages.
 */
export type SerializerName = "v8" | "json";

/** Converts values to bytes and back. */
export interface Serializer {
  readonly name: SerializerName;
  /** @throws {CloneError} when the value cannot be serialized. */
  write(value: unknown): Uint8Array;
  /**
   * @param isTrusted whether the peer has proved that it has the key.
   * @throws {ConnectionError} when the bytes are not a value, or have what such a peer may not send.
   */
  read(bytes: Uint8Array, isTrusted: boolean): unknown;
}

// Never imports the modules that a message names: bytes from a socket must not select code to run here. Shareables
// are read only when this program has imported their classes itself.
const v8: Serializer = {
  name: "v8",
  write(value) {
    const options: EncodeOptions = { reach: "process", path: "value", transferList: [] };
    const { hasForms, value: written } = encode(value, options);
    return withCloneErrors(value, options, () => serialize([hasForms, written]));
  },
  read(bytes, isTrusted) {
    const parts = deserialize(bytes);
    if (!Array.isArray(parts) || parts.length !== 2 || typeof parts[0] !== "boolean")
      throw new Error("it is not a message");
    const encoded = { hasForms: parts[0], value: parts[1], modules: [] } satisfies Encoded;
    return readingFrom(isTrusted ? "peer" : "stranger", () => decode(encoded));
  },
};

const json: Serializer = {
  name: "json",
  write(value) {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (cause) {
      throw new CloneError("value", `Cannot send value: JSON cannot write it: ${(cause as Error).message}`, { cause });
    }
    if (text === undefined) throw new CloneError("value", `Cannot send value: JSON has no ${typeof value}`);
    return Buffer.from(text);
  },
  read: (bytes) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)),
};

/** @throws {RangeError} when there is no serializer of that name. */
export function serializerNamed(name: SerializerName = "v8"): Serializer {
  if (name !== "v8" && name !== "json") {
    throw new RangeError(`Cannot find serializer ${JSON.stringify(name)}: there are "v8" and "json"`);
  }
  const { write, read } = name === "v8" ? v8 : json;
  return {
    name,
    write,
    read(bytes, isTrusted) {
      try {
        return read(bytes, isTrusted);
      } catch (cause) {
        throw new ConnectionError(
          `Cannot read a message of ${bytes.byteLength} bytes as ${name}: ${(cause as Error).message}; call recvBytes() in place of recv(), which gives the bytes`,
          { cause },
        );
      }
    },
  };
}
