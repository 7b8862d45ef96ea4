import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CloneError, PickleError } from "../../src/base/errors.ts";
import { refuseObject, toPlain } from "../../src/pickle/plain-value.ts";
import { readPickle } from "../../src/pickle/read-pickle.ts";
import { writePickle } from "../../src/pickle/write-pickle.ts";
import { pythons } from "../connection/pythons.ts";
import { describeValue, normalize, readInPython, writeInPython } from "./python-pickles.ts";

const read = (bytes: Buffer) => toPlain(readPickle(bytes), refuseObject);

// Keys that differ in JavaScript may be equal in Python: 1 and 1n, two arrays with equal items.
const textOf = (key: unknown) => JSON.stringify(describeValue(key, [], true));
const key = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.bigInt(),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    fc.constantFrom(null, true, false, 0, -0, 255, 256, 65_535, 2 ** 31, -(2 ** 31), 2 ** 53, Number.NaN, Infinity),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
    fc.constantFrom(2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 64n) - 1n, 2n ** 3000n),
    fc.double(),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value")),
    fc.dictionary(fc.string(), tie("value")),
    fc
      .uniqueArray(fc.tuple(key, tie("value")), { selector: ([key]) => textOf(key) })
      .map((entries) => new Map(entries)),
    fc.uniqueArray(key, { selector: textOf }).map((items) => new Set(items)),
  ),
}));

describe.skipIf(pythons.length === 0).each(pythons)("pickles of Python $version", (python) => {
  it("Python reads what writePickle() writes, and readPickle() what Python writes of it", () => {
    const shared = ["shared"];
    const cyclic: unknown[] = [shared, { shared }];
    cyclic.push(cyclic);
    const values = [cyclic, ...fc.sample(anything, { numRuns: 400, seed: 20261130 })];
    const answers = readInPython(
      python,
      values.map((value) => writePickle(value)),
    );
    answers.forEach(({ description, pickles }, i) => {
      const written = describeValue(values[i]);
      expect(normalize(description, false)).toEqual(normalize(written, false));
      for (const pickle of pickles)
        expect(normalize(describeValue(read(pickle)), true)).toEqual(normalize(written, true));
    });
    expect(answers).toHaveLength(values.length);
  });

  it("readPickle() reads random values of Python in the protocols 2 to 5", () => {
    const values = writeInPython(python, 400, 7);
    for (const { description, pickles } of values) {
      for (const pickle of pickles)
        expect(normalize(describeValue(read(pickle)), true)).toEqual(normalize(description, true));
    }
    expect(values).toHaveLength(400);
  });
});

describe("readPickle()", () => {
  const pickle = (...parts: (number | string)[]) =>
    Buffer.concat([
      Buffer.from([0x80, 4]),
      ...parts.map((part) => (typeof part === "number" ? Buffer.from([part]) : Buffer.from(part, "latin1"))),
      Buffer.from("."),
    ]);

  it.each([
    ["a function of the system", pickle("cos\nsystem\n(\x8c\x04trueltR"), "GLOBAL at byte 2 names os.system"],
    [
      "the same in protocol 4",
      pickle("\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R"),
      "STACK_GLOBAL at byte 17 names posix.system",
    ],
    ["eval()", pickle("c__builtin__\neval\n(\x8c\x01xtR"), "names builtins.eval"],
    ["getattr()", pickle("cbuiltins\ngetattr\n."), "names builtins.getattr"],
    ["a class of the program", pickle("c__main__\nThing\n)\x81"), "names __main__.Thing"],
    ["a class of the standard library", pickle("cdatetime\ndate\n(tR"), "names datetime.date"],
    [
      "an attribute of a known class",
      pickle("cmultiprocessing.managers\nToken.__init__\n"),
      "names multiprocessing.managers.Token.__init__",
    ],
    ["Python's registry of extensions", pickle(0x82, 1), "EXT1 at byte 2 is not plain data"],
    ["a persistent id", pickle("\x8c\x01xQ"), "BINPERSID at byte 5 is not plain data"],
    ["an instance of protocol 0", pickle("(i__main__\nThing\n"), "INST at byte 3 is not plain data"],
    ["a buffer outside of the pickle", pickle(0x97), "NEXT_BUFFER at byte 2 is not plain data"],
    ["an unknown opcode", pickle(0xff), "0xff at byte 2 is not plain data"],
    ["a call of a list", pickle("])R"), "REDUCE at byte 4 calls no class"],
    ["a state for a list", pickle("]Nb"), "BUILD at byte 4 is invalid"],
    ["attributes for a class", pickle("cbuiltins\nset\n}b"), "BUILD"],
    ["an item for no list", pickle("N", "N", "a"), "APPEND at byte 4 has no list to add to"],
    ["a key without a value", pickle("}(NNNu"), "SETITEMS at byte 7 has a key without a value"],
    ["a value that was not memoized", pickle("h\x07"), "BINGET at byte 2 refers to 7"],
    ["an empty stack", pickle(), "STOP at byte 2 finds no value on the stack"],
    ["values that were removed", pickle("N(1", "(0", "0", "0"), "POP at byte 8"],
    ["two values", pickle("NN"), "STOP at byte 4 leaves values"],
    ["bytes after the end", Buffer.from("\x80\x04N.N", "latin1"), "STOP at byte 3 has bytes after it"],
    ["protocol 1", Buffer.from("\x80\x01N.", "latin1"), "PROTO at byte 0 is for protocol 1"],
    ["text of protocol 0", Buffer.from("I1\n.", "latin1"), "INT at byte 0 is not plain data"],
    ["a length of 2**63 bytes", pickle("\x8e\xff\xff\xff\xff\xff\xff\xff\x7f"), "BINBYTES8 at byte 2 is truncated"],
    ["a frame of 2**63 bytes", pickle("\x95\xff\xff\xff\xff\xff\xff\xff\x7f"), "FRAME at byte 2"],
    ["text that is not UTF-8", pickle("\x8c\x01\xff"), "a string is not UTF-8"],
    [
      "arguments that bytes do not have",
      pickle("c_codecs\nencode\n(\x8c\x01x\x8c\x05rot13tR"),
      "its arguments are not those",
    ],
  ])("refuses %s", (_, bytes, problem) => {
    expect(() => read(bytes)).toThrow(PickleError);
    expect(() => read(bytes)).toThrow(problem);
  });

  it("refuses classes and exceptions within a value", () => {
    expect(() => read(pickle("cbuiltins\nset\n"))).toThrow(/contains builtins\.set/);
    expect(() => read(pickle("(cbuiltins\nValueError\n)Rl"))).toThrow(/an exception builtins\.ValueError/);
  });

  it("refuses a pickle that is cut anywhere", () => {
    const whole = writePickle({ list: [1, -1, 300, 2 ** 40, 1.5, "text", Buffer.from("bytes")], set: new Set(["x"]) });
    for (let length = 0; length < whole.length; length++)
      expect(() => read(whole.subarray(0, length))).toThrow(PickleError);
  });

  it("refuses values that nest too deep, also when shared values hide it", () => {
    const deep = (count: number) => pickle("]".repeat(count), "a".repeat(count - 1));
    expect(read(deep(900))).toBeInstanceOf(Array);
    expect(() => read(deep(1002))).toThrow(/nests values more than 1000 deep/);
    expect(() => read(deep(1_000_000))).toThrow(PickleError);
    // The last list contains all others, and each of these the one before it.
    const chain = pickle("](", ...Array.from({ length: 1500 }, (_, i) => link(i)), "e");
    expect(() => read(chain)).toThrow(/nests values/);
  });

  // Memoizes a new list that contains the one that was memoized before.
  function link(i: number): string {
    const index = (n: number) => Buffer.from(Uint32Array.of(n).buffer).toString("latin1");
    return i === 0 ? `]r${index(0)}` : `]r${index(i)}j${index(i - 1)}a`;
  }

  it("reads a value that is shared a billion times in time proportional to the pickle", () => {
    const doubling = Array.from(
      { length: 100 },
      (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}e\x94`,
    );
    let at = read(pickle("(]\x94", ...doubling, "1", `h${String.fromCharCode(100)}`)) as unknown;
    for (let i = 0; i < 100; i++) {
      expect((at as unknown[])[0]).toBe((at as unknown[])[1]);
      at = (at as unknown[])[0];
    }
  });

  it("refuses a string that is repeated beyond 256 MB", () => {
    const text = "x".repeat(1_000_000);
    const head = Buffer.from("\x80\x04X\x40\x42\x0f\x00", "latin1");
    const bomb = Buffer.concat([head, Buffer.from(text), Buffer.from(`\x94](${"h\x00".repeat(300)}e.`, "latin1")]);
    expect(() => readPickle(bomb)).toThrow(/repeats more than/);
  });

  it("sets no prototype by the key __proto__", () => {
    const value = read(pickle("}\x8c\x09__proto__}\x8c\x01x\x88ss")) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("returns a value or throws a PickleError for any bytes (seeded)", () => {
    const mutated = fc
      .tuple(anything, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([value, changes, isInserted]) => {
        const bytes = [...writePickle(value)];
        for (const [at, byte] of changes) bytes.splice(at % bytes.length, isInserted ? 0 : 1, byte);
        return Buffer.from(bytes);
      });
    const opcodes = fc
      .array(
        fc.constantFrom(
          ...Buffer.from(
            "(.0129JKMNRXabcdehjlqrstu})]\x80\x81\x85\x88\x8a\x8c\x8f\x90\x91\x93\x94\x00\x01\x02",
            "latin1",
          ),
        ),
      )
      .map((bytes) => Buffer.from([0x80, 4, ...bytes]));
    fc.assert(
      fc.property(fc.oneof(mutated, opcodes), (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          if (!(error instanceof PickleError)) throw error;
        }
      }),
      { seed: 20261130, numRuns: 20_000 },
    );
  });
});

describe("writePickle()", () => {
  it.each([
    ["a function", { deep: [() => 1] }, "Cannot send value.deep[0] to Python: it is a function"],
    ["an object of a class", new (class Point {})(), "it is a Point"],
    ["a Date", [new Date(0)], "Cannot send value[0] to Python: it is a Date"],
    ["an object as a key", new Map([[{}, 1]]), "it is an object, write text, a number or an array"],
    ["an object in a Set", new Set([new Map()]), "an item of value"],
  ])("refuses %s, and names it", (_, value, problem) => {
    expect(() => writePickle(value)).toThrow(CloneError);
    expect(() => writePickle(value)).toThrow(problem);
  });

  it.each([
    "new Map([[1, new Set(['a'])]])",
    "({ a: [1, null] })",
    "new Uint8Array([1, 2])",
    "new Uint8Array(3).buffer",
  ])("writes %s of another realm as one of this realm", (text) => {
    expect(writePickle(runInNewContext(text))).toEqual(writePickle(new Function(`return ${text}`)()));
  });

  it("refuses values that nest too deep", () => {
    let value: unknown = 0;
    for (let i = 0; i < 1100; i++) value = [value];
    expect(() => writePickle(value)).toThrow(/nested too deep/);
    let tuple: unknown = [];
    (tuple as unknown[]).push(tuple);
    expect(() => writePickle(new Set([tuple]))).toThrow(/nested too deep/);
    tuple = undefined;
  });

  it("writes two references to one object as one object", () => {
    const shared = { bytes: Buffer.alloc(1000) };
    const value = read(writePickle([shared, shared, shared.bytes])) as [typeof shared, unknown, unknown];
    expect(value[0]).toBe(value[1]);
    expect(value[0].bytes).toBe(value[2]);
    expect(writePickle(Array.from({ length: 100 }, () => shared)).length).toBeLessThan(1500);
  });
});
