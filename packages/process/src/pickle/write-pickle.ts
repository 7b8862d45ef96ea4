import { types } from "node:util";
import { CloneError } from "../base/errors.ts";
import { isArrayBuffer, isMap, isSet } from "../codec/object-kind.ts";
import { opcode } from "./opcode.ts";
import { encodeText } from "./pickle-text.ts";
import { maxDepth } from "./plain-value.ts";
import { PythonException, PythonGlobal, PythonProxy, PythonToken, PythonTuple } from "./python-object.ts";

/** Options of `writePickle()`. */
export interface WritePickleOptions {
  /** How the caller names the value in errors. Default: "value". */
  readonly path?: string;
  /** Replaces an object that is not plain data; `undefined` when it cannot be sent. Default: none is replaced. */
  readonly replace?: (object: object) => unknown;
}

/**
 * Writes a value as a pickle of protocol 4, which Python reads since 3.4.
 *
 * `null` and `undefined` are None, integers are int and other numbers are float, Maps and plain objects are dicts,
 * bytes are bytes. Arrays are lists, and tuples in a Set and among the keys of a Map, where Python takes no list.
 *
 * Source: CPython's `Lib/pickletools.py`.
 *
 * @throws {CloneError} when a part cannot be sent; it names the part.
 */
export function writePickle(value: unknown, options: WritePickleOptions = {}): Buffer {
  const writer = new PickleWriter(options.replace ?? (() => undefined));
  writer.write(value, options.path ?? "value", 0);
  return writer.finish();
}

class PickleWriter {
  readonly #replace: (object: object) => unknown;
  /** The index in the memo of each object that was written. */
  readonly #memo = new Map<object, number>();
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  constructor(replace: (object: object) => unknown) {
    this.#replace = replace;
    this.#op(opcode.PROTO, 4);
  }

  finish(): Buffer {
    this.#op(opcode.STOP);
    return this.#bytes.subarray(0, this.#length);
  }

  write(value: unknown, path: string, depth: number): void {
    if (typeof value === "object" && value !== null) this.#writeObject(value, path, depth);
    else if (value === null || value === undefined) this.#op(opcode.NONE);
    else if (typeof value === "boolean") this.#op(value ? opcode.NEWTRUE : opcode.NEWFALSE);
    else if (typeof value === "number") this.#writeNumber(value);
    else if (typeof value === "bigint") this.#writeInteger(value);
    else if (typeof value === "string") this.#writeText(value);
    else throw new CloneError(path, `Cannot send ${path} to Python: it is a ${typeof value}, write plain data`);
  }

  #writeObject(object: object, path: string, depth: number): void {
    const index = this.#memo.get(object);
    if (index === undefined) this.#writeNewObject(object, path, depth);
    else this.#writeSized(opcode.BINGET, opcode.LONG_BINGET, index);
  }

  #writeNewObject(object: object, path: string, depth: number): void {
    if (depth > maxDepth) throw tooDeep(path);
    if (Array.isArray(object)) this.#writeList(object, path, depth);
    else if (types.isUint8Array(object)) this.#writeBytes(object, object);
    else if (isArrayBuffer(object)) this.#writeBytes(object, new Uint8Array(object));
    else if (isMap(object)) this.#writeDict(object, object, path, depth);
    else if (isSet(object)) this.#writeSet(object, path, depth);
    else if (object instanceof PythonTuple) this.#writeTuple(object.items, path, depth);
    else if (isPlainObject(object)) this.#writeDict(object, Object.entries(object), path, depth);
    else if (!this.#writePythonObject(object, path, depth)) {
      const replaced = this.#replace(object);
      if (replaced === undefined) throw notPlain(object, path);
      this.write(replaced, path, depth + 1);
    }
  }

  #writePythonObject(object: object, path: string, depth: number): boolean {
    if (object instanceof PythonGlobal) {
      this.#writeText(object.module);
      this.#writeText(object.name);
      this.#op(opcode.STACK_GLOBAL);
    } else if (object instanceof PythonException) {
      this.write(object.type, path, depth);
      this.#writeTuple(object.args, path, depth);
      this.#op(opcode.REDUCE);
    } else if (object instanceof PythonToken) {
      this.write(new PythonGlobal("multiprocessing.managers", "Token"), path, depth);
      this.#op(opcode.EMPTY_TUPLE, opcode.NEWOBJ);
      const { typeId, address, id } = object;
      const written = typeof address === "string" ? address : new PythonTuple(address);
      this.#writeTuple([typeId, written, id], path, depth);
      this.#op(opcode.BUILD);
    } else if (object instanceof PythonProxy) {
      this.write(new PythonGlobal("multiprocessing.managers", "RebuildProxy"), path, depth);
      const type = new PythonGlobal("multiprocessing.managers", "AutoProxy");
      const keywords = new Map(object.exposed && [["exposed", new PythonTuple(object.exposed)]]);
      this.#writeTuple([type, object.token, "pickle", keywords], path, depth);
      this.#op(opcode.REDUCE);
    } else return false;
    return true;
  }

  #writeList(items: readonly unknown[], path: string, depth: number): void {
    this.#op(opcode.EMPTY_LIST);
    this.#memoize(items);
    if (items.length === 0) return;
    this.#op(opcode.MARK);
    for (let i = 0; i < items.length; i++) this.write(items[i], `${path}[${i}]`, depth + 1);
    this.#op(opcode.APPENDS);
  }

  #writeDict(object: object, entries: Iterable<readonly [unknown, unknown]>, path: string, depth: number): void {
    this.#op(opcode.EMPTY_DICT);
    this.#memoize(object);
    this.#op(opcode.MARK);
    for (const [key, value] of entries) {
      const name = typeof key === "string" ? `${path}.${key}` : `${path}[${typeof key}]`;
      this.#writeKey(key, `the key ${name}`, depth + 1);
      this.write(value, name, depth + 1);
    }
    this.#op(opcode.SETITEMS);
  }

  #writeSet(items: ReadonlySet<unknown>, path: string, depth: number): void {
    this.#op(opcode.EMPTY_SET);
    this.#memoize(items);
    this.#op(opcode.MARK);
    for (const item of items) this.#writeKey(item, `an item of ${path}`, depth + 1);
    this.#op(opcode.ADDITEMS);
  }

  // Python's dicts and sets take only values that cannot change.
  #writeKey(key: unknown, path: string, depth: number): void {
    if (depth > maxDepth) throw tooDeep(path);
    const items = Array.isArray(key) ? key : key instanceof PythonTuple ? key.items : undefined;
    if (items !== undefined) {
      this.#op(opcode.MARK);
      for (const item of items) this.#writeKey(item, path, depth + 1);
      this.#op(opcode.TUPLE);
    } else if (typeof key !== "object" || key === null || isBytes(key)) this.write(key, path, depth);
    else {
      throw new CloneError(path, `Cannot send ${path} to Python: it is an object, write text, a number or an array`);
    }
  }

  #writeTuple(items: readonly unknown[], path: string, depth: number): void {
    this.#op(opcode.MARK);
    for (let i = 0; i < items.length; i++) this.write(items[i], `${path}[${i}]`, depth + 1);
    this.#op(opcode.TUPLE);
  }

  #writeNumber(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.#op(opcode.BINFLOAT);
      this.#reserve(8);
      this.#length = this.#bytes.writeDoubleBE(value, this.#length);
    } else if (value >= 0 && value < 256) this.#op(opcode.BININT1, value);
    else if (value === (value | 0)) {
      this.#op(opcode.BININT);
      this.#reserve(4);
      this.#length = this.#bytes.writeInt32LE(value, this.#length);
    } else this.#writeInteger(BigInt(value));
  }

  #writeInteger(value: bigint): void {
    const magnitude = (value < 0n ? ~value : value).toString(16);
    // One bit more than the magnitude, for the sign.
    const count = Math.ceil((magnitude.length * 4 + 1) / 8);
    const digits = BigInt.asUintN(count * 8, value)
      .toString(16)
      .padStart(count * 2, "0");
    this.#writeSized(opcode.LONG1, opcode.LONG4, count);
    this.#append(Buffer.from(digits, "hex").reverse());
  }

  #writeText(text: string): void {
    const bytes = encodeText(text);
    this.#writeSized(opcode.SHORT_BINUNICODE, opcode.BINUNICODE, bytes.length);
    this.#append(bytes);
  }

  #writeBytes(object: object, bytes: Uint8Array): void {
    this.#writeSized(opcode.SHORT_BINBYTES, opcode.BINBYTES, bytes.length);
    this.#append(bytes);
    this.#memoize(object);
  }

  #memoize(object: object): void {
    this.#memo.set(object, this.#memo.size);
    this.#op(opcode.MEMOIZE);
  }

  /** Writes an opcode with a length or an index: of one byte if it fits, else of four. */
  #writeSized(short: number, long: number, size: number): void {
    if (size >= 2 ** 32) throw new RangeError(`Cannot pickle a value of ${size} bytes: send it in parts`);
    if (size < 256) this.#op(short, size);
    else {
      this.#op(long);
      this.#reserve(4);
      this.#length = this.#bytes.writeUInt32LE(size, this.#length);
    }
  }

  #op(...bytes: number[]): void {
    this.#reserve(bytes.length);
    for (const byte of bytes) this.#bytes[this.#length++] = byte;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#length + count, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function isBytes(value: object): boolean {
  return types.isUint8Array(value) || isArrayBuffer(value);
}

// Also objects of other contexts, which have another `Object.prototype`.
function isPlainObject(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function tooDeep(path: string): CloneError {
  return new CloneError(path, `Cannot send ${path.slice(0, 100)}… to Python: it is nested too deep, send it flat`);
}

function notPlain(object: object, path: string): CloneError {
  const name = object.constructor?.name || "an object";
  return new CloneError(
    path,
    `Cannot send ${path} to Python: it is a ${name}; write plain data: { ...${path} }, a Map, an array or a Buffer`,
  );
}
