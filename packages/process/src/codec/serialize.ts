let loaded: typeof import("node:v8") | undefined;

/** Node's binding to V8's structured-clone format, loaded when the first value is sent to another process. */
function v8(): typeof import("node:v8") {
  loaded ??= process.getBuiltinModule("node:v8");
  return loaded;
}

/**
 * Writes a value as bytes that another Node process can read, with V8's structured-clone serialiser.
 *
 * It keeps all that `postMessage` keeps: Map, Set, Date, RegExp, BigInt, cycles, typed arrays and the buffers that they
 * share. Node's own "advanced" IPC copies each view by itself: two views of one buffer no longer share it.
 *
 * @throws V8's error for a value that it cannot write: a DataCloneError by another name.
 */
export function serialize(value: unknown): Buffer {
  const serializer = new (v8().Serializer)();
  Object.assign(serializer, { _writeHostObject: refuseHostObject });
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** Reads a value from the bytes that {@link serialize} wrote. */
export function deserialize(bytes: Uint8Array): unknown {
  const deserializer = new (v8().Deserializer)(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}

function refuseHostObject(value: object): never {
  throw new TypeError(`a ${value.constructor?.name ?? "native object"} cannot be written as bytes`);
}
