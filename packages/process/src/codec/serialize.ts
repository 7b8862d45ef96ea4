/** Node's own binding to V8's structured-clone format, loaded when the first value crosses to another process. */
const v8 = () => process.getBuiltinModule("node:v8");

/**
 * Writes a value as bytes that another Node process reads back, with V8's structured-clone serialiser.
 *
 * What `postMessage` keeps is kept: Map, Set, Date, RegExp, BigInt, typed arrays and the buffers that they share, cycles.
 * Node's own "advanced" IPC copies each view by itself, and forgets that two share a buffer.
 *
 * @throws what V8 throws for a value that it cannot write; a DataCloneError by another name.
 */
export function serialize(value: unknown): Buffer {
  const serializer = new (v8().Serializer)();
  Object.assign(serializer, { _writeHostObject: refuseHostObject });
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** Reads what {@link serialize} wrote. */
export function deserialize(bytes: Uint8Array): unknown {
  const deserializer = new (v8().Deserializer)(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}

function refuseHostObject(value: object): never {
  throw new TypeError(`a ${value.constructor?.name ?? "native object"} cannot be written as bytes`);
}
