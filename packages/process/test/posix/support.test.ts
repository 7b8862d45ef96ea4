import { afterEach, describe, expect, it, vi } from "vitest";

/** Loads modules as on a machine where koffi, or a function that matches, is missing. */
async function withMissing(missing: RegExp | "koffi") {
  vi.resetModules();
  vi.doMock("../../src/base/lazy-require.ts", async (original) => {
    const { lazyRequire } = await original<typeof import("../../src/base/lazy-require.ts")>();
    return {
      lazyRequire: (name: string) => {
        if (missing === "koffi") throw new Error("Cannot find module 'koffi'");
        const koffi = lazyRequire<typeof import("koffi")>(name);
        const refuse = (text: string) => {
          if (missing.test(text)) throw new Error(`Cannot find function '${text}' in shared library`);
        };
        const load = (path: never) => {
          const library = koffi.load(path);
          const checked =
            (method: "func" | "symbol") =>
            (text: string, ...rest: never[]) => {
              refuse(text);
              return (library[method] as (...args: unknown[]) => unknown)(text, ...rest);
            };
          return { func: checked("func"), symbol: checked("symbol") };
        };
        return new Proxy(koffi, { get: (all, key) => (key === "load" ? load : all[key as never]) });
      },
    };
  });
  const { forkRefusal } = await import("../../src/posix/calls/posix-support.ts");
  const { v8Execution } = await import("../../src/posix/node-internals/v8-execution.ts");
  const { libuv } = await import("../../src/posix/node-internals/libuv.ts");
  return { forkRefusal, v8Execution, libuv };
}

describe.runIf(process.platform === "linux" && (process.arch === "x64" || process.arch === "arm64"))("support", () => {
  afterEach(() => {
    vi.doUnmock("../../src/base/lazy-require.ts");
    vi.resetModules();
  });

  it("names koffi when it cannot be loaded", async () => {
    const { forkRefusal } = await withMissing("koffi");
    expect(forkRefusal()).toMatch(/through koffi, which cannot be loaded: Cannot find module 'koffi'$/);
  });

  it("names the function that the C library does not have", async () => {
    const { forkRefusal } = await withMissing(/epoll_ctl/);
    expect(forkRefusal()).toMatch(/a function that the C library of this machine does not have: .*epoll_ctl/);
  });

  it.each([
    ["V8", /_ZN2v8/, "v8Execution"],
    ["libuv", /uv_walk/, "libuv"],
  ] as const)(
    "binds the functions of %s for the first fork only, which names the missing one",
    async (_, missing, bind) => {
      const modules = await withMissing(missing);
      expect(modules.forkRefusal()).toBeNull();
      expect(() => modules[bind]()).toThrow(
        /^Cannot fork this Node: it does not export a function that a fork needs \(.*\); run a build of Node from nodejs\.org, or write startMethod: "spawn"$/,
      );
    },
  );
});
