import { createContext, runInContext } from "node:vm";
import { Pipe, Process, transfer } from "@manyhands/process";
import { describe, expect, it } from "vitest";

// A context of node:vm has built-in classes of its own, as has each test file under Jest.
const context = createContext();
const there = (text: string): unknown => runInContext(text, context);
const here = (text: string): unknown => new Function(`return ${text}`)();

const run = async (fn: unknown, args: unknown[], startMethod: "thread" | "spawn") => {
  const child = new Process(fn as (...args: unknown[]) => unknown, { args, startMethod }).start();
  const result = await child.result();
  await child.join();
  return result;
};

describe.each(["thread", "spawn"] as const)("a function of another realm, by %s", (startMethod) => {
  it.each([
    ["an error class", "const E = RangeError; () => [new E('x').name, E === RangeError]", ["RangeError", true]],
    [
      "a subclass of Error",
      "class Mine extends Error { code = 7 } () => { const e = new Mine('x'); return [e instanceof Error, e.code, e.message]; }",
      [true, 7, "x"],
    ],
    [
      "a subclass of Map",
      "class Counts extends Map { add(k) { this.set(k, (this.get(k) ?? 0) + 1); return this.get(k); } } () => new Counts([['a', 1]]).add('a')",
      2,
    ],
    ["a namespace and its method", "const m = Math; const { max } = Math; () => [m === Math, max(1, 2)]", [true, 2]],
    ["a prototype", "const P = Array.prototype; () => P === Array.prototype", true],
    [
      "a bound method",
      "const has = Object.prototype.hasOwnProperty.bind({ a: 1 }); () => [has('a'), has('b')]",
      [true, false],
    ],
  ])("captures %s", async (_, text, expected) => {
    expect(await run(there(`(() => { ${text.replace(/ \(\) => /, " return () => ")} })()`), [], startMethod)).toEqual(
      expected,
    );
  });

  it("captures each built-in function of the language as that of the child", async () => {
    const [count, differing] = (await run(
      there(`(() => {
        const all = [];
        const add = (holder, path, depth) => {
          for (const key of Object.getOwnPropertyNames(holder)) {
            const value = Object.getOwnPropertyDescriptor(holder, key)?.value;
            if (Object(value) !== value || value === console || key === "caller") continue;
            if (typeof value === "function" && !all.some(([known]) => known === value)) all.push([value, [...path, key]]);
            if (depth > 0 && key !== "constructor") add(value, [...path, key], depth - 1);
          }
        };
        add(globalThis, [], 2);
        return () => {
          const at = (path) => path.reduce((holder, key) => holder[key], globalThis);
          return [all.length, all.filter(([value, path]) => value !== at(path)).map(([, path]) => path.join("."))];
        };
      })()`),
      [],
      startMethod,
    )) as [number, string[]];
    expect(differing).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });

  it("keeps the class of objects and of errors of the program", async () => {
    const Mine = there("(class Mine extends TypeError { code = 7 })") as ErrorConstructor;
    const back = await run((e: unknown) => e, [new Mine("x")], startMethod);
    expect(back).toBeInstanceOf(Mine);
    expect(back).toMatchObject({ message: "x", code: 7 });
    const fail = there("(() => { class Thrown extends Error { code = 8 } return () => { throw new Thrown('y'); } })()");
    await expect(run(fail, [], startMethod)).rejects.toMatchObject({ message: "y", code: 8 });
  });
});

const values = [
  "({ a: [1, { b: undefined }] })",
  "new Map([[1, new Set(['a'])]])",
  "new Set([new Map()])",
  "[new Date(5), /x/gi, 5n, new Boolean(true)]",
  "new Float64Array([1, 2, 3])",
  "new Float64Array([1, 2, 3]).subarray(1, 2)",
  "new DataView(new ArrayBuffer(9), 8)",
  "new Uint8Array([1, 2]).buffer",
  "new RangeError('bad')",
];
const sizeOf = (value: unknown) => (ArrayBuffer.isView(value) ? value.buffer.byteLength : undefined);

describe("a value of another realm", () => {
  it.each(values)("%s arrives as one of this realm does", async (text) => {
    for (const startMethod of ["thread", "spawn"] as const) {
      const [expected, actual] = [here(text), there(text)];
      const back = await run((v: unknown) => v, [actual], startMethod);
      expect(back).toStrictEqual(expected);
      expect(sizeOf(back)).toBe(sizeOf(await run((v: unknown) => v, [expected], startMethod)));
    }
  });

  it.each(["thread", "spawn"] as const)("is detached when it is transferred, by %s", async (startMethod) => {
    const view = there("new Float64Array([1, 2])") as Float64Array;
    const child = new Process((v: Float64Array) => v[1], {
      args: [transfer(view, [view.buffer as ArrayBuffer])],
      startMethod,
    });
    expect(await child.start().result()).toBe(2);
    expect(view.byteLength).toBe(0);
    await child.join();
  });

  it("is shared with threads when it is shared memory, and refused for processes", async () => {
    const words = there("new Int32Array(new SharedArrayBuffer(8))") as Int32Array;
    await run((v: Int32Array) => Atomics.store(v, 1, 7), [words], "thread");
    expect(words[1]).toBe(7);
    const [receiver, sender] = Pipe();
    await sender.send({ words });
    const { words: received } = (await receiver.recv()) as { words: Int32Array };
    received[0] = 5;
    expect(words[0]).toBe(5);
    receiver.close();
    sender.close();
    expect(() => new Process((v: unknown) => v, { args: [words], startMethod: "spawn" }).start()).toThrow(
      "is memory of this process",
    );
  });
});
