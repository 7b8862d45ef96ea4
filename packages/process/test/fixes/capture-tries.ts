import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { dirname, join } from "node:path";
import { getContext, Process, registerClass, SharedValue, type StartMethodName } from "@manyhands/process";
import { expect, vi } from "vitest";
import { loaderOptions } from "../../src/cli/program-loader.ts";
import { messageOf, type Tries, withFolder } from "./message-of.ts";

const start = async <R>(target: () => R, startMethod: StartMethodName = "thread") =>
  new Process(target, { startMethod }).start().result();
const send = async <V, R>(value: V, target: (value: V) => R, startMethod: StartMethodName = "thread") =>
  new Process(target as never, { args: [value] as never, startMethod }).start().result();
const importsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);

/** Tries of fixes that refused functions, variables and arguments name. */
export const captureTries: Tries = {
  async "declare them without # (in TypeScript as private), or call registerClass() with it"(fix) {
    class Hidden {
      #n = 1;
      add(n: number) {
        this.#n += n;
        return this.#n;
      }
    }
    class Shown {
      private n = 1;
      add(n: number) {
        this.n += n;
        return this.n;
      }
    }
    expect(await messageOf(() => send(new Hidden(), (given) => given.add(1)))).toContain(fix);
    expect(await send(new Shown(), (given) => given.add(1))).toBe(2);
    registerClass(Hidden, { toPlain: (hidden) => hidden.add(0), fromPlain: () => new Hidden() });
    expect(await send(new Hidden(), (given) => given.add(1))).toBe(2);
  },
  async "return the data of its fields"(fix) {
    class Same {
      readonly n: number;
      constructor(n: number) {
        this.n = n;
      }
    }
    class Copied extends Same {}
    registerClass(Same, { toPlain: (same) => same, fromPlain: (same: Same) => same });
    registerClass(Copied, { toPlain: ({ n }) => ({ n }), fromPlain: ({ n }: { n: number }) => new Copied(n) });
    expect(await messageOf(() => send(new Same(1), ({ n }) => n))).toContain(fix);
    expect(await send(new Copied(1), ({ n }) => n)).toBe(1);
  },
  async "compile the class for ES2022 or newer"(fix) {
    const hidden = new WeakMap<object, number>();
    const __privateGet = (holder: object, members: typeof hidden) => members.get(holder);
    class Compiled {
      readonly n = 1;
      static read() {
        return __privateGet(Compiled, hidden);
      }
    }
    hidden.set(Compiled, 1);
    class Written {
      readonly n = 1;
      static readonly #n = 1;
      static read() {
        return Written.#n;
      }
    }
    expect(await messageOf(() => start(() => Compiled.read()))).toContain(fix);
    expect(await start(() => Written.read())).toBe(1);
  },
  async "export it, or use it in a method of the class"(fix) {
    const make = (key: string) =>
      class {
        [key] = 1;
      };
    const Forgetful = make("of");
    expect(await messageOf(() => start(() => new Forgetful()))).toContain(fix);
    const exporting = new URL("../fixture/callable/exported-key.js", import.meta.url).href;
    const { targets } = (await import(/* @vite-ignore */ exporting)) as { targets: [() => unknown] };
    expect(await start(targets[0])).toEqual({ of: 1 });
    const makeUser = (key: string) =>
      class {
        [key] = 1;
        key() {
          return key;
        }
      };
    const User = makeUser("of");
    expect(await start(() => ({ ...new User() }))).toEqual({ of: 1 });
  },
  async "export it from a module"(fix) {
    let last: unknown;
    const unset = Symbol("unset");
    class Base {
      [last === undefined ? unset : "set"]() {
        return [last, unset];
      }
    }
    class Derived extends Base {}
    last = Derived;
    expect(await messageOf(() => start(() => typeof new Derived()))).toContain(fix);
    const exported = { module: new URL("../fixture/callable/needs-itself.js", import.meta.url), name: "describe" };
    expect(await new Process(exported, { startMethod: "thread" }).start().result()).toBe("object");
  },
  async "start a function that calls it instead"(fix) {
    class Base {
      value() {
        return 1;
      }
    }
    class Derived extends Base {
      override value() {
        return super.value() + 1;
      }
    }
    expect(await messageOf(() => start(new Derived().value))).toContain(fix);
    expect(await start(() => new Derived().value())).toBe(2);
  },
  async "start a function that makes the object itself and calls this on it"(fix) {
    class Hidden {
      #n = 1;
      value() {
        return this.#n;
      }
    }
    expect(await messageOf(() => start(new Hidden().value))).toContain(fix);
    expect(await start(() => new Hidden().value())).toBe(1);
  },
  async 'limit its memory by resourceLimits, or use startMethod "spawn"'(fix) {
    const heapLimit = async () => process.getBuiltinModule("node:v8").getHeapStatistics().heap_size_limit / 2 ** 20;
    const begin = (options: object) => new Process(heapLimit, options).start().result();
    const execArgv = ["--max-old-space-size=100"];
    expect(await messageOf(() => begin({ startMethod: "thread", execArgv }))).toContain(fix);
    const limits = { startMethod: "thread", resourceLimits: { maxOldGenerationSizeMb: 100 } };
    expect(await begin(limits)).toBeLessThan(200);
    expect(await begin({ startMethod: "spawn", execArgv })).toBeLessThan(200);
  },
  async "await it first, and send its value"(fix) {
    const promise = Promise.resolve(3);
    expect(await messageOf(() => start(async () => promise))).toContain(fix);
    const value = await promise;
    expect(await start(() => value)).toBe(3);
  },
  async "make it inside of the function, or pass data from which it can be made"(fix) {
    const socket = new Socket();
    expect(await messageOf(() => start(() => socket.destroyed))).toContain(fix);
    socket.destroy();
    const make = () => new (process.getBuiltinModule("node:net").Socket)().destroy().destroyed;
    expect(await start(make)).toBe(true);
  },
  async "make the value inside of the function, or send it as a list"(fix) {
    type Nested = { next?: Nested };
    const build = (depth: number) => {
      let outer: Nested = {};
      for (let i = 0; i < depth; i++) outer = { next: outer };
      return outer;
    };
    const nested = build(20_000);
    expect(await messageOf(() => start(() => nested.next !== undefined))).toContain(fix);
    expect(await start(() => build(20_000).next !== undefined)).toBe(true);
    const list = Array.from({ length: 20_000 }, () => ({}));
    expect(await start(() => list.length)).toBe(20_000);
  },
  async "return the value, or share it with a SharedValue"(fix) {
    let count = 0;
    const warned = async () => {
      const warning = process.getBuiltinModule("node:events").once(process, "warning");
      count += 1;
      return [count, String(((await warning) as Error[])[0]?.message)] as const;
    };
    const [returned, message] = await start(warned);
    expect(message).toContain(fix);
    expect([count, returned]).toEqual([0, 1]);
    const shared = new SharedValue("i32", 0);
    await start(() => {
      shared.value += 1;
    });
    expect(shared.value).toBe(1);
  },
  async "start the process after the line that declares it"(fix) {
    const target = () => late;
    expect(await messageOf(() => start(target))).toContain(fix);
    const late = 1;
    expect(await start(target)).toBe(1);
  },
  async 'write getContext("spawn").SharedArray(type, size), or pass it in args to a child with startMethod "thread"'(
    fix,
  ) {
    const own = new Int32Array(new SharedArrayBuffer(4));
    const increment = (given: { [index: number]: number }) => {
      given[0] = (given[0] ?? 0) + 1;
    };
    expect(await messageOf(() => send(own, increment, "spawn"))).toContain(fix);
    await send(own, increment, "thread");
    expect(own[0]).toBe(1);
    const shared = new (getContext("spawn").SharedArray)("i32", 1);
    await send(shared, (array) => array.set(0, 2), "spawn");
    expect(shared.get(0)).toBe(2);
  },
  async '…, which every child can receive, or start the child with startMethod "thread"'(fix) {
    const own = new (getContext("thread").SharedValue)("i32", 0);
    const increment = (value: { value: number }) => {
      value.value += 1;
    };
    const message = await messageOf(() => send(own, increment, "spawn"));
    expect(message).toContain(`new (getContext("spawn").SharedValue)(…)${fix.slice(1)}`);
    await send(own, increment, "thread");
    expect(own.value).toBe(1);
    const shared = new (getContext("spawn").SharedValue)("i32", 0);
    await send(shared, increment, "spawn");
    expect(shared.value).toBe(1);
  },
  async 'pass it in args to a child with startMethod "thread", or send data from which the child can make its own'(
    fix,
  ) {
    const text = (blob: Blob) => blob.text();
    expect(await messageOf(() => send(new Blob(["a"]), text, "spawn"))).toContain(fix);
    // Not even a queue of threads takes it.
    expect(await messageOf(() => new (getContext("thread").Queue)().put(new Blob(["a"])))).toContain(fix);
    expect(await send(new Blob(["a"]), text, "thread")).toBe("a");
    expect(await send("a", (data) => new Blob([data]).text(), "spawn")).toBe("a");
  },
  async "send data from which the child can make its own"(fix) {
    expect(await messageOf(() => send(new URLSearchParams("a=1"), (given) => given.get("a")))).toContain(fix);
    expect(await send("a=1", (data) => new URLSearchParams(data).get("a"))).toBe("1");
  },
  async "start the program with node --import tsx, or run Node 22.18 or newer"(fix) {
    await withFolder(async (folder) => {
      const main = join(folder, "main.mjs");
      writeFileSync(main, 'export { job } from "./job.ts";');
      writeFileSync(join(folder, "job.ts"), "export const job = (): number => 1;");
      const begin = (execArgv: string[]) =>
        new Process({ module: main, name: "job" }, { startMethod: "spawn", execArgv, stderr: "ignore" })
          .start()
          .result();
      if (!importsTypeScript) expect(await messageOf(() => begin([]))).toContain(fix);
      expect(await begin(importsTypeScript ? [] : ["--import", import.meta.resolve("tsx")])).toBe(1);
    });
  },
  async "start the program with node --import tsx"(fix) {
    await withFolder(async (folder) => {
      const module = join(folder, "job.ts");
      writeFileSync(module, "enum One { one = 1 }\nexport const job = () => One.one;");
      const begin = (execArgv: string[]) =>
        new Process({ module, name: "job" }, { startMethod: "spawn", execArgv, cwd: folder, stderr: "ignore" })
          .start()
          .result();
      if (importsTypeScript) expect(await messageOf(() => begin([]))).toContain(fix);
      expect(await begin(["--import", import.meta.resolve("tsx")])).toBe(1);
    });
  },
  async "load the hook that compiles it by node --require or --import"(fix) {
    await withFolder(async (folder) => {
      const module = join(folder, "job.odd");
      writeFileSync(module, "exports.job = odd () { return 1; }");
      const hook = join(folder, "hook.cjs");
      writeFileSync(
        hook,
        `require("node:module")._extensions[".odd"] = (module, file) =>
          module._compile(require("node:fs").readFileSync(file, "utf8").replace("odd", "function"), file);`,
      );
      const begin = (execArgv: string[]) =>
        new Process({ module, name: "job" }, { startMethod: "spawn", execArgv, stderr: "ignore" }).start().result();
      expect(await messageOf(() => begin([]))).toContain(fix);
      expect(await begin(["--require", hook])).toBe(1);
    });
  },
  async "npm install --save-dev tsx, or use Node 22.18 or newer"(fix) {
    await withFolder((folder) => {
      const program = join(folder, "main.ts");
      // tsx is looked up from the working directory too.
      const cwd = vi.spyOn(process, "cwd").mockReturnValue(folder);
      if (!importsTypeScript) expect(loaderOptions(program)).toContain(fix);
      cwd.mockRestore();
      installTsx(folder);
      expect(loaderOptions(program)).toEqual(importsTypeScript ? [] : ["--import", expect.stringContaining("tsx")]);
    });
  },
  async "npm install --save-dev tsx, or run Node 22.18 or newer"(fix) {
    await withFolder(async (folder) => {
      const module = join(folder, "job.ts");
      writeFileSync(module, "export const job = (): number => 1;");
      // tsx is looked up from the working directory too.
      const options = { startMethod: "spawn", cwd: folder, stderr: "ignore" } as const;
      const begin = () => new Process({ module, name: "job" }, options).start().result();
      if (!importsTypeScript) expect(await messageOf(begin)).toContain(fix);
      installTsx(folder);
      expect(await begin()).toBe(1);
    });
  },
};

/** Does what `npm install tsx` does, without a registry. */
function installTsx(folder: string): void {
  mkdirSync(join(folder, "node_modules"));
  const own = dirname(createRequire(import.meta.url).resolve("tsx/package.json"));
  symlinkSync(own, join(folder, "node_modules", "tsx"));
}
