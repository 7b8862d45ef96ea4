/** The types of elements in shared memory. 64-bit integers are bigints; `bool` and `char` take one byte. */
export type ElementType = "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "i64" | "u64" | "f32" | "f64" | "bool" | "char";

/** Python's type codes, as alternative names. */
export type TypeCode = "b" | "B" | "h" | "H" | "i" | "I" | "l" | "L" | "q" | "Q" | "f" | "d" | "c";

/** The JavaScript type of an element. */
export type ElementOf<T extends ElementType | TypeCode> = T extends "i64" | "u64" | "l" | "L" | "q" | "Q"
  ? bigint
  : T extends "bool"
    ? boolean
    : T extends "char" | "c"
      ? Uint8Array
      : number;

const codes: Record<TypeCode, ElementType> = {
  b: "i8",
  B: "u8",
  h: "i16",
  H: "u16",
  i: "i32",
  I: "u32",
  l: "i64",
  L: "u64",
  q: "i64",
  Q: "u64",
  f: "f32",
  d: "f64",
  c: "char",
};

const arrays = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
  bool: Uint8Array,
  char: Uint8Array,
};

/** The typed array over elements of a type. */
export type TypedArrayOf<T extends ElementType | TypeCode> = T extends "i8" | "b"
  ? Int8Array
  : T extends "i16" | "h"
    ? Int16Array
    : T extends "u16" | "H"
      ? Uint16Array
      : T extends "i32" | "i"
        ? Int32Array
        : T extends "u32" | "I"
          ? Uint32Array
          : T extends "i64" | "l" | "q"
            ? BigInt64Array
            : T extends "u64" | "L" | "Q"
              ? BigUint64Array
              : T extends "f32" | "f"
                ? Float32Array
                : T extends "f64" | "d"
                  ? Float64Array
                  : Uint8Array;

/** Any of the arrays. */
export type AnyTypedArray = InstanceType<(typeof arrays)[ElementType]>;

/**
 * Reads the name of a type.
 *
 * @throws {TypeError} when there is no such type; the message lists all types.
 */
export function elementType(name: string): ElementType {
  const type = Object.hasOwn(codes, name) ? codes[name as TypeCode] : name;
  if (!Object.hasOwn(arrays, type)) {
    const known = Object.keys(arrays).join(", ");
    throw new TypeError(`Cannot share elements of type ${JSON.stringify(name)}: the types are ${known}`);
  }
  return type as ElementType;
}

/** The size of an element in bytes. */
export function bytesOf(type: ElementType): number {
  return arrays[type].BYTES_PER_ELEMENT;
}

/** A typed array over a range of memory. */
export function elementsIn(type: ElementType, bytes: Uint8Array, offset: number, length: number): AnyTypedArray {
  return new arrays[type](bytes.buffer as ArrayBuffer, bytes.byteOffset + offset, length);
}

/** The element that stores a value. Integers that are too large wrap as in C. */
export function toElement(type: ElementType, value: unknown): number | bigint {
  switch (type) {
    case "bool":
      return value ? 1 : 0;
    case "char":
      if (value instanceof Uint8Array && value.length === 1) return value[0] as number;
      break;
    case "i64":
    case "u64":
      if (typeof value === "bigint") return value;
      if (Number.isSafeInteger(value)) return BigInt(value as number);
      break;
    case "f32":
    case "f64":
      if (typeof value === "number") return value;
      break;
    default:
      if (Number.isInteger(value)) return value as number;
  }
  throw new TypeError(`Cannot store ${String(value)} as ${type}: write ${wanted(type)}`);
}

/** The value that an element stores. */
export function fromElement(type: ElementType, element: number | bigint): unknown {
  if (type === "bool") return element !== 0;
  return type === "char" ? Uint8Array.of(element as number) : element;
}

function wanted(type: ElementType): string {
  if (type === "char") return "a Uint8Array of one byte";
  if (type === "i64" || type === "u64") return "a bigint";
  return type.startsWith("f") ? "a number" : "a whole number";
}
