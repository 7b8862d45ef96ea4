import { PickleError } from "../base/errors.ts";
import { build, globalNamed, isKnown, make } from "./known-global.ts";
import { opcode, opcodeName } from "./opcode.ts";
import { decodeText } from "./pickle-text.ts";
import { PythonGlobal, PythonTuple } from "./python-object.ts";

/** Options of `readPickle()`. */
export interface ReadPickleOptions {
  /**
   * Whether a class that is not known is read as that of an exception: the receiver of an error is to see the name of
   * any class. It is a name and arguments here, like every exception. Default: false.
   */
  readonly anyException?: boolean;
}

/**
 * How much strings and bytes that a pickle repeats by reference may add up to. A pickle of a few bytes can refer to one
 * long string millions of times, and each copy counts when the value is sent on.
 */
const maxRepeatedBytes = 256 * 2 ** 20;

/**
 * Reads a pickle of Python, protocol 2 to 5, as data: no opcode runs code, and classes are those that
 * `known-global.ts` lists.
 *
 * Tuples are {@link PythonTuple}, dicts are Maps, bytes are Buffers; `toPlain()` converts the rest. The time and the
 * memory are proportional to the length of the pickle.
 *
 * Source: PEP 307, PEP 3154, PEP 574, and CPython's `Lib/pickletools.py`, which documents every opcode.
 *
 * @throws {PickleError} when it is truncated or malformed, or has anything else than plain data.
 */
export function readPickle(bytes: Buffer, options: ReadPickleOptions = {}): unknown {
  const reader = new PickleReader(bytes, options.anyException === true);
  try {
    return reader.read();
  } catch (cause) {
    if (cause instanceof PickleError) throw cause;
    throw reader.error(`is invalid: ${(cause as Error).message}`, cause);
  }
}

class PickleReader {
  /** What each opcode does. */
  static readonly #steps = new Map<number, (reader: PickleReader) => void>([
    [opcode.PROTO, (reader) => reader.#checkProtocol()],
    [opcode.FRAME, (reader) => reader.#checkFrame()],
    [opcode.NONE, (reader) => reader.#push(null)],
    [opcode.NEWTRUE, (reader) => reader.#push(true)],
    [opcode.NEWFALSE, (reader) => reader.#push(false)],
    [opcode.BININT, (reader) => reader.#push(reader.#take(4).readInt32LE())],
    [opcode.BININT1, (reader) => reader.#push(reader.#size(1))],
    [opcode.BININT2, (reader) => reader.#push(reader.#take(2).readUInt16LE())],
    [opcode.LONG1, (reader) => reader.#push(integer(reader.#sized(1)))],
    [opcode.LONG4, (reader) => reader.#push(integer(reader.#sized(4)))],
    [opcode.BINFLOAT, (reader) => reader.#push(reader.#take(8).readDoubleBE())],
    [opcode.SHORT_BINUNICODE, (reader) => reader.#push(decodeText(reader.#sized(1)))],
    [opcode.BINUNICODE, (reader) => reader.#push(decodeText(reader.#sized(4)))],
    [opcode.BINUNICODE8, (reader) => reader.#push(decodeText(reader.#sized(8)))],
    [opcode.SHORT_BINBYTES, (reader) => reader.#push(Buffer.from(reader.#sized(1)))],
    [opcode.BINBYTES, (reader) => reader.#push(Buffer.from(reader.#sized(4)))],
    [opcode.BINBYTES8, (reader) => reader.#push(Buffer.from(reader.#sized(8)))],
    [opcode.BYTEARRAY8, (reader) => reader.#push(Buffer.from(reader.#sized(8)))],
    [opcode.MEMOIZE, (reader) => reader.#memoize(reader.#memo.size)],
    [opcode.BINPUT, (reader) => reader.#memoize(reader.#size(1))],
    [opcode.LONG_BINPUT, (reader) => reader.#memoize(reader.#size(4))],
    [opcode.BINGET, (reader) => reader.#push(reader.#memoized(reader.#size(1)))],
    [opcode.LONG_BINGET, (reader) => reader.#push(reader.#memoized(reader.#size(4)))],
    [opcode.MARK, (reader) => reader.#marks.push(reader.#stack.length)],
    [opcode.POP, (reader) => reader.#popValueOrMark()],
    [opcode.POP_MARK, (reader) => reader.#popMark()],
    [opcode.DUP, (reader) => reader.#push(reader.#top())],
    [opcode.EMPTY_LIST, (reader) => reader.#push([])],
    [opcode.EMPTY_DICT, (reader) => reader.#push(new Map())],
    [opcode.EMPTY_SET, (reader) => reader.#push(new Set())],
    [opcode.EMPTY_TUPLE, (reader) => reader.#push(new PythonTuple([]))],
    [opcode.TUPLE1, (reader) => reader.#push(new PythonTuple(reader.#popMany(1)))],
    [opcode.TUPLE2, (reader) => reader.#push(new PythonTuple(reader.#popMany(2)))],
    [opcode.TUPLE3, (reader) => reader.#push(new PythonTuple(reader.#popMany(3)))],
    [opcode.TUPLE, (reader) => reader.#push(new PythonTuple(reader.#popMark()))],
    [opcode.LIST, (reader) => reader.#push(reader.#popMark())],
    [opcode.FROZENSET, (reader) => reader.#push(new Set(reader.#popMark()))],
    [opcode.DICT, (reader) => reader.#pushDict(reader.#popMark())],
    [opcode.APPEND, (reader) => reader.#append([reader.#pop()])],
    [opcode.APPENDS, (reader) => reader.#append(reader.#popMark())],
    [opcode.SETITEM, (reader) => reader.#setItems(reader.#popMany(2))],
    [opcode.SETITEMS, (reader) => reader.#setItems(reader.#popMark())],
    [opcode.ADDITEMS, (reader) => reader.#addItems(reader.#popMark())],
    [opcode.GLOBAL, (reader) => reader.#pushGlobal(reader.#line(), reader.#line())],
    [opcode.STACK_GLOBAL, (reader) => reader.#pushGlobal(...(reader.#popMany(2) as [unknown, unknown]))],
    [opcode.REDUCE, (reader) => reader.#create()],
    [opcode.NEWOBJ, (reader) => reader.#create()],
    [opcode.BUILD, (reader) => build(...reader.#popState())],
  ]);

  readonly #bytes: Buffer;
  readonly #anyException: boolean;
  readonly #stack: unknown[] = [];
  /** Lengths of the stack at each MARK. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;
  #opcodeAt = 0;
  #repeatedBytes = 0;

  constructor(bytes: Buffer, anyException: boolean) {
    this.#bytes = bytes;
    this.#anyException = anyException;
  }

  read(): unknown {
    for (;;) {
      this.#opcodeAt = this.#at;
      const code = this.#take(1)[0] as number;
      if (code === opcode.STOP) return this.#end();
      const step = PickleReader.#steps.get(code);
      if (step === undefined) throw this.error("is not plain data");
      step(this);
    }
  }

  error(problem: string, cause?: unknown): PickleError {
    const code = this.#bytes[this.#opcodeAt];
    const what = code === undefined ? "its end" : opcodeName(code);
    return new PickleError(
      `Cannot read a pickle: ${what} at byte ${this.#opcodeAt} ${problem}; ` +
        "send None, bool, int, float, str, bytes, list, tuple, dict and set only",
      { cause },
    );
  }

  #end(): unknown {
    const value = this.#pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw this.error("leaves values that nothing uses");
    if (this.#at < this.#bytes.length) throw this.error("has bytes after it");
    return value;
  }

  #checkProtocol(): void {
    const version = this.#size(1);
    if (version < 2 || version > 5) throw this.error(`is for protocol ${version}, not 2 to 5`);
  }

  #checkFrame(): void {
    if (this.#size(8) > this.#left) throw this.error("announces more bytes than there are");
  }

  #pushGlobal(module: unknown, name: unknown): void {
    if (typeof module !== "string" || typeof name !== "string") throw this.error("names no class");
    const type = globalNamed(module, name);
    if (!this.#anyException && !isKnown(type)) throw this.error(`names ${type}, which is not plain data`);
    this.#push(type);
  }

  #create(): void {
    const [type, args] = this.#popMany(2);
    if (!(type instanceof PythonGlobal && args instanceof PythonTuple)) throw this.error("calls no class");
    this.#push(make(type, args.items));
  }

  #popState(): [object: unknown, state: unknown] {
    const state = this.#pop();
    return [this.#top(), state];
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.error("has no list to add to");
    for (const item of items) list.push(item);
  }

  #addItems(items: readonly unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) throw this.error("has no set to add to");
    for (const item of items) set.add(item);
  }

  #pushDict(items: readonly unknown[]): void {
    this.#push(new Map());
    this.#setItems(items);
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw this.error("has no dict to add to");
    if (items.length % 2 !== 0) throw this.error("has a key without a value");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  #memoize(index: number): void {
    this.#memo.set(index, this.#top());
  }

  #memoized(index: number): unknown {
    if (!this.#memo.has(index)) throw this.error(`refers to ${index}, which the memo does not have`);
    const value = this.#memo.get(index);
    if (typeof value === "string" || value instanceof Buffer) this.#repeatedBytes += value.length;
    if (this.#repeatedBytes > maxRepeatedBytes) throw this.error(`repeats more than ${maxRepeatedBytes} bytes`);
    return value;
  }

  get #left(): number {
    return this.#bytes.length - this.#at;
  }

  #take(count: number): Buffer {
    if (count > this.#left) throw this.error("is truncated");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** Reads a length or an index, of some bytes. */
  #size(bytes: 1 | 4 | 8): number {
    const field = this.#take(bytes);
    return bytes === 8 ? Number(field.readBigUInt64LE()) : field.readUIntLE(0, bytes);
  }

  /** Reads a length, and as many bytes. */
  #sized(bytes: 1 | 4 | 8): Buffer {
    return this.#take(this.#size(bytes));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.error("is truncated");
    const line = this.#take(end - this.#at);
    this.#at = end + 1;
    return decodeText(line);
  }

  #push(value: unknown): void {
    this.#stack.push(value);
  }

  #top(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.error("finds no value on the stack");
    return this.#stack.at(-1);
  }

  #pop(): unknown {
    this.#top();
    return this.#stack.pop();
  }

  #popMany(count: number): unknown[] {
    const at = this.#stack.length - count;
    if (at < (this.#marks.at(-1) ?? 0)) throw this.error("finds too few values on the stack");
    return this.#stack.splice(at);
  }

  #popValueOrMark(): void {
    if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop();
    else this.#pop();
  }

  #popMark(): unknown[] {
    const at = this.#marks.pop();
    if (at === undefined) throw this.error("finds no mark on the stack");
    return this.#stack.splice(at);
  }
}

/** An integer in little-endian two's complement; a bigint when it is not a safe integer. */
function integer(bytes: Buffer): number | bigint {
  if (bytes.length === 0) return 0;
  if (bytes.length <= 6) return bytes.readIntLE(0, bytes.length);
  const value = BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
