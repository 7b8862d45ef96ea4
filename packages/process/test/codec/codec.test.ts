import { PassThrough } from "node:stream";
import type { TransferListItem } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { CloneError, NotShareableError } from "../../src/base/errors.ts";
import { type Handle, type Reach, registerShareable, type Shareable, toHandle } from "../../src/base/shareable.ts";
import { decode, importModules } from "../../src/codec/decode.ts";
import { encode, withCloneErrors } from "../../src/codec/encode.ts";
import { registerError } from "../../src/codec/error-form.ts";
import { formKey } from "../../src/codec/form.ts";
import { deserialize, serialize } from "../../src/codec/serialize.ts";
import { transfer } from "../../src/codec/transfer.ts";
import { fc, values } from "./values.ts";

const reaches: Reach[] = ["thread", "process"];

/** Sends a value, and gives the value that arrives. */
function send(value: unknown, reach: Reach, transferList: TransferListItem[] = []): unknown {
  const options = { reach, path: "value", transferList };
  const encoded = encode(value, options);
  const arrived = withCloneErrors(value, options, () =>
    reach === "thread"
      ? structuredClone(encoded, { transfer: transferList as ArrayBuffer[] })
      : deserialize(serialize(encoded)),
  ) as typeof encoded;
  return decode(arrived);
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

class KnownError extends Error {
  readonly secret: number;
  constructor(secret: number) {
    super("known");
    this.secret = secret;
  }
}

describe.each(reaches)("a value sent to another %s", (reach) => {
  it("arrives equal", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(send(value, reach)).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it("is not changed by encoding", () => {
    fc.assert(
      fc.property(values, (value) => {
        const before = serialize(encode(value, { reach, path: "value", transferList: [] }));
        send(value, reach);
        expect(serialize(encode(value, { reach, path: "value", transferList: [] })).equals(before)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("is not copied before the clone, unless it needs forms", () => {
    const plain = { deep: [new Map([[1, new Set(["x"])]]), new Float64Array(2)] };
    expect(encode(plain, { reach, path: "value", transferList: [] })).toEqual({
      value: plain,
      hasForms: false,
      modules: [],
    });
    expect(encode(plain, { reach, path: "value", transferList: [] }).value).toBe(plain);
    expect(encode({ plain, buffer: Buffer.alloc(1) }, { reach, path: "value", transferList: [] }).hasForms).toBe(true);
  });

  it("keeps shared references and cycles through forms", () => {
    const error = new Error("e") as Error & { map?: unknown };
    const map = new Map<unknown, unknown>([[error, "as a key"]]);
    map.set("map", map);
    error.map = map;
    const [one, two] = send([error, error], reach) as [typeof error, typeof error];
    expect(one).toBe(two);
    expect((one.map as typeof map).get(one)).toBe("as a key");
    expect((one.map as typeof map).get("map")).toBe(one.map);
  });

  it("keeps the order of a Map and a Set whose members were forms", () => {
    const error = new Error("e");
    expect([
      ...(
        send(
          new Map<unknown, number>([
            [error, 1],
            ["b", 2],
          ]),
          reach,
        ) as Map<unknown, number>
      ).values(),
    ]).toEqual([1, 2]);
    expect([...(send(new Set([Buffer.from("a"), "b"]), reach) as Set<unknown>)]).toEqual([Buffer.from("a"), "b"]);
  });

  it("may look like a form and may have a field named __proto__", () => {
    const odd = { [formKey]: ["error", { own: new Error("x") }], other: 1 };
    expect(send({ odd }, reach)).toEqual({ odd });
    const proto = JSON.parse('{"__proto__": 1}');
    proto.forced = Buffer.alloc(1);
    const back = send(proto, reach) as object;
    expect(Object.getOwnPropertyDescriptor(back, "__proto__")?.value).toBe(1);
  });

  it("includes only a Buffer's own bytes", () => {
    const slice = Buffer.from("pooled").subarray(1, 4);
    const back = send(slice, reach) as Buffer;
    expect(back.toString()).toBe("ool");
    expect(back.buffer.byteLength).toBe(3);
  });

  it("has of a buffer what its views cover; all of it when it has the buffer itself, or the buffer is resizable", () => {
    const { buffer } = new Uint8Array(1000).fill(1);
    const odd = new Uint16Array(buffer, 14, 3);
    const lengths = (value: readonly ArrayBufferView[]) =>
      (send(value, reach) as ArrayBufferView[]).map((view) => [view.byteLength, view.buffer.byteLength]);
    expect(lengths([odd])).toEqual([[6, 12]]);
    expect(lengths([odd, new DataView(buffer, 100, 2)])).toEqual([
      [6, 94],
      [2, 94],
    ]);
    expect(lengths([new Float64Array(buffer, 0, 0)])).toEqual([[0, 0]]);
    const { view } = send({ view: odd, buffer }, reach) as { view: Uint16Array };
    expect([view[0], view.byteOffset, view.buffer.byteLength]).toEqual([257, 14, 1000]);
    const Resizable = ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer;
    const resizable = new Resizable(16, { maxByteLength: 64 });
    expect(lengths([new Uint8Array(resizable, 8, 4)])).toEqual([[4, 16]]);
    // A moved buffer moves as a whole.
    const moved: TransferListItem[] = [];
    const [arrived] = send([transfer(odd, [buffer])], reach, moved) as [Uint16Array];
    expect([moved, arrived.buffer.byteLength]).toEqual([[buffer], 1000]);
  });

  it.each<[string, () => unknown, string]>([
    ["function", () => [{ f: () => {} }], "value[0].f"],
    ["class", () => ({ C: class Widget {} }), "value.C"],
    ["symbol", () => new Set([Symbol("s")]), "value.values()"],
    ["WeakRef", () => ({ "odd key": new WeakRef({}) }), 'value["odd key"]'],
    ["Proxy", () => [new Proxy({}, {})], "value[0]"],
    ["generator", () => new Map([["g", (function* () {})()]]), 'value.get("g")'],
    [
      "generator of a class",
      () => ({
        job: new (class Job {
          steps = (function* () {})();
        })(),
      }),
      "value.job",
    ],
    ["stream, which is full of functions", () => [{ socket: new PassThrough() }], "value[0].socket"],
    ["signal", () => ({ signal: new AbortController().signal }), "value.signal"],
    [
      "getter that throws",
      () => [
        1,
        {
          deep: {
            get bad() {
              throw new Error("getter");
            },
          },
        },
      ],
      "value[1].deep",
    ],
    ["revoked proxy", () => [revoked()], "value[0]"],
    ["list that is nested a hundred thousand times", () => nested(100_000), "value"],
  ])("is refused with its path when it is a %s", (_, make, path) => {
    const error = thrownBy(() => send(make(), reach));
    expect(error).toBeInstanceOf(CloneError);
    expect((error as CloneError).path).toBe(path);
  });

  it("is described by its class when it is refused", () => {
    const messageFor = (value: unknown) => (thrownBy(() => send(value, reach)) as Error).message;
    expect(messageFor(new Proxy({}, {}))).toMatch(/: a Proxy cannot be copied/);
    expect(messageFor((function* () {})())).toMatch(/: a Generator cannot be copied/);
    expect(messageFor([1].values())).toMatch(/: an Array Iterator cannot be copied/);
    expect(
      messageFor({
        get bad() {
          throw "no error";
        },
      }),
    ).toMatch(/: reading it threw "no error"/);
  });

  it("keeps a DOMException, such as the reason of an abort", () => {
    const aborted = AbortSignal.abort().reason as DOMException;
    Object.defineProperty(aborted, "cause", { value: { aborted } });
    const back = send({ aborted }, reach) as { aborted: DOMException };
    expect(back.aborted).toBeInstanceOf(DOMException);
    expect(back.aborted).toMatchObject({
      name: "AbortError",
      code: 20,
      message: aborted.message,
      stack: aborted.stack,
    });
    expect(back.aborted.cause).toEqual({ aborted: back.aborted });
  });

  it("keeps an error's class by name, and a registered class itself", () => {
    class UnknownError extends TypeError {
      extra = 1;
    }
    registerError(KnownError);
    const unknown = send(new UnknownError("u"), reach) as UnknownError;
    expect(unknown).toBeInstanceOf(TypeError);
    expect(unknown).not.toBeInstanceOf(UnknownError);
    expect([unknown.constructor.name, unknown.extra]).toEqual(["UnknownError", 1]);
    const known = send(new KnownError(7), reach) as KnownError;
    expect(known).toBeInstanceOf(KnownError);
    expect(known.secret).toBe(7);
    expect(Object.prototype.toString.call(known)).toBe("[object Error]");
    const ours = send(new CloneError("a.b", "m"), reach) as CloneError;
    expect(ours).toBeInstanceOf(CloneError);
    expect(ours).toMatchObject({ path: "a.b", code: "ERR_MANYHANDS_CLONE", name: "CloneError" });
    expect(() => registerError(class KnownError extends Error {})).toThrow(/another class/);
  });

  it("leaves out the fields of an error that cannot be sent", () => {
    const error = new Error("e") as Error & Record<string, unknown>;
    error.socket = () => {};
    error.context = { error, fn: () => {} };
    error.fine = { error };
    error.list = [new Error("inner", { cause: error })];
    const back = send(error, reach) as typeof error;
    expect(Object.keys(back)).toEqual(["fine", "list"]);
    expect((back.fine as { error: unknown }).error).toBe(back);
    expect((back.list as Error[])[0]?.cause).toBe(back);
  });

  it("is sent as a handle when it is shareable, one handle for each object", async () => {
    // A module of this package: a handle of another one would be that of another copy of it.
    const module = new URL("../../src/base/shareable.ts", import.meta.url).href;
    class Shared implements Shareable {
      readonly id: number;
      constructor(id: number) {
        this.id = id;
      }
      [toHandle](to: Reach): Handle {
        return { module, kind: "Shared", data: { id: this.id, to, bytes: Buffer.from("b") } };
      }
    }
    registerShareable("Shared", ({ id }: { id: number }) => new Shared(id));
    const one = new Shared(1);
    const encoded = encode([one, one, new Shared(2)], { reach, path: "value", transferList: [] });
    expect(encoded.modules).toEqual([module]);
    await importModules({ ...encoded, modules: [] });
    const [a, b, c] = decode(structuredClone(encoded)) as Shared[];
    expect(a).toBe(b);
    expect([a?.id, c?.id]).toEqual([1, 2]);
    expect(a).toBeInstanceOf(Shared);
  });

  it("has its buffers moved when transfer() marked them", () => {
    const list: TransferListItem[] = [];
    const bytes = new Uint8Array(4);
    encode({ deep: [transfer(bytes, [bytes.buffer])] }, { reach, path: "value", transferList: list });
    expect(list).toEqual([bytes.buffer]);
  });
});

it("a KeyObject keeps its class between threads, in a message with forms", async () => {
  const { createSecretKey, KeyObject } = await import("node:crypto");
  const [, key] = send([Buffer.alloc(1), createSecretKey(Buffer.alloc(16, 7))], "thread") as [Buffer, unknown];
  expect(key).toBeInstanceOf(KeyObject);
  expect((key as { export(): Buffer }).export()).toEqual(Buffer.alloc(16, 7));
});

describe("a value that can be sent to threads only", () => {
  it.each<[string, () => unknown]>([
    ["a SharedArrayBuffer", () => new SharedArrayBuffer(4)],
    ["a view of one", () => new Int32Array(new SharedArrayBuffer(4))],
  ])("%s is refused for processes, with a fix", (_, make) => {
    expect(() => send({ memory: make() }, "process")).toThrow(NotShareableError);
    expect(() => send({ memory: make() }, "process")).toThrow(
      /value\.memory: an? .* getContext\("spawn"\)\.SharedArray/,
    );
    expect(send(make(), "thread")).toBeDefined();
  });

  it("a Blob, a KeyObject and a WebAssembly module are refused for processes", async () => {
    const { Blob } = await import("node:buffer");
    const { createSecretKey } = await import("node:crypto");
    const { Module } = Reflect.get(globalThis, "WebAssembly") as { Module: new (bytes: Uint8Array) => object };
    const module = new Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    for (const value of [new Blob(["x"]), createSecretKey(Buffer.alloc(16)), module]) {
      expect(() => send([value], "process")).toThrow(
        /value\[0\]: an? \w+ (can be sent to threads only|cannot be copied to another process)/,
      );
    }
  });
});
