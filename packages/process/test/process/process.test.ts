import {
  cpuCount,
  currentProcess,
  getContext,
  isMain,
  Process,
  ProcessStateError,
  parentProcess,
  wait,
} from "@manyhands/process";
import { afterEach, describe, expect, it } from "vitest";
import { cpuQuota } from "../../src/process/info/cpu-count.ts";

const job = new URL("../fixture/job.js", import.meta.url);
const nothing = { module: job, name: "nothing" };

describe("new Process()", () => {
  it.each<[string, unknown[], RegExp]>([
    ["a target that is a string", ["./job.js"], /its target is "\.\/job\.js", give a function/],
    ["a target that is null", [null], /its target is null/],
    ["a target that is a number", [7], /its target is number/],
    ["a target option that is a number", [{ target: 7 }], /its target is number/],
    [
      "an unknown option",
      [nothing, { dameon: true }],
      /no option "dameon" \(did you mean "daemon"\?\), the options are .*daemon/,
    ],
    ["an unknown option beside target", [{ target: nothing, arg: [] }], /no option "arg"/],
    ["args that are not an array", [nothing, { args: 7 }], /args is 7, write an array: \{ args: \[2\] \}/],
    ["a name that is not a string", [nothing, { name: 7 }], /name is 7, write a string/],
    ["a daemon option that is not a boolean", [nothing, { daemon: "yes" }], /daemon is "yes", write true or false/],
    ["an unknown kind of stream", [nothing, { stdout: "file" }], /stdout is "file", write "inherit"/],
    ["an env that is not an object", [nothing, { env: "x" }], /env is "x", write an object/],
    ["an argv with a number", [nothing, { argv: [1] }], /argv\[0\] is 1, write a string/],
    ["an execArgv that is not an array", [nothing, { execArgv: "-x" }], /execArgv is "-x", write an array of strings/],
    ["resourceLimits that are not an object", [nothing, { resourceLimits: 7 }], /resourceLimits is 7, write an object/],
    [
      "resourceLimits with another key",
      [nothing, { resourceLimits: { maxOldSpaceSizeMb: 64 } }],
      /resourceLimits: there is no option "maxOldSpaceSizeMb"/,
    ],
    [
      "resourceLimits with a text",
      [nothing, { resourceLimits: { stackSizeMb: "4" } }],
      /resourceLimits.stackSizeMb is "4", write MB, > 0/,
    ],
    [
      "a transferList with a number",
      [nothing, { transferList: [1] }],
      /transferList is an array, write an array of objects to move/,
    ],
    ["a module target with other keys", [{ ...nothing, args: [] }], /no option "args", the options are module, name/],
    ["a signal that is not an AbortSignal", [nothing, { signal: {} }], /signal is an object, write an AbortSignal/],
    ["options that are null", [nothing, null], /the options of Process: they are null/],
  ])("new Process() refuses %s", (_, given, message) => {
    const make = () => Reflect.construct(Process, given);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it("new Process() refuses an unknown start method, and lists the available ones", () => {
    expect(() => new Process(nothing, { startMethod: "clone" as never })).toThrow(RangeError);
    expect(() => new Process(nothing, { startMethod: "clone" as never })).toThrow(
      /"clone": this machine has "thread", "spawn"/,
    );
  });

  it.each(["join", "result"] as const)("%s() refuses unknown and invalid options", async (wait) => {
    const child = new Process(nothing).start();
    await expect(child[wait]({ timeout: 1 } as never)).rejects.toThrow(
      /no option "timeout" \(did you mean "timeoutMs"\?\), the options are timeoutMs/,
    );
    await expect(child[wait](5 as never)).rejects.toThrow(TypeError);
    await expect(child[wait]({ signal: {} as never })).rejects.toThrow(/write an AbortSignal/);
    await child.join();
  });

  it("start() refuses a missing export of a Node module, and lists its exports", () => {
    const start = (module: string, name: string) => () => new Process({ module, name }).start();
    expect(start("node:path", "basenam")).toThrow(/the module does not export it, it exports .*basename/);
    expect(start("node:nothing", "x")).toThrow(/this Node has no such module/);
  });

  it("new Process() takes its target as the first argument, or as an option", () => {
    expect(new Process(nothing, { name: "a" }).name).toBe("a");
    expect(new Process({ target: nothing, name: "b" }).name).toBe("b");
  });

  it("new Process() numbers children in the order in which they are made", () => {
    const [, number] = /^Process-(\d+)$/.exec(new Process(nothing).name) ?? [];
    expect(new Process(nothing).name).toBe(`Process-${Number(number) + 1}`);
  });

  it("the name can be changed to another string", () => {
    const child = new Process(nothing);
    child.name = "Barbara";
    expect(child.name).toBe("Barbara");
    expect(() => {
      child.name = 7 as never;
    }).toThrow(TypeError);
  });

  it("inspect() shows name, pid, state, exit code and daemon", async () => {
    const { inspect } = await import("node:util");
    expect(inspect(new Process(nothing, { name: "Ada", daemon: true }))).toBe("Process { Ada, new, daemon }");
    const child = new Process(nothing, { name: "Ada" }).start();
    expect(inspect(child)).toBe(`Process { Ada, pid ${child.pid}, ready }`);
    await child.join();
    expect(inspect(child)).toBe(`Process { Ada, pid ${child.pid}, terminated, exit code 0 }`);
  });

  it("run() calls the target in the caller when it is called directly", () => {
    const child = new Process((a: number, b: number) => a + b + process.pid, { args: [1, 2] });
    expect(child.run()).toBe(3 + process.pid);
    expect(child.state).toBe("new");
  });
});

describe("currentProcess()", () => {
  it("currentProcess() describes the main process", { tags: ["_TestProcess.test_current"] }, async () => {
    const main = currentProcess();
    expect(main).toMatchObject({
      name: "MainProcess",
      daemon: false,
      isAlive: true,
      pid: process.pid,
      ident: process.pid,
      exitCode: null,
      state: "running",
      startMethod: null,
    });
    expect(main.authKey).toBeInstanceOf(Buffer);
    expect(main.authKey.byteLength).toBe(32);
    expect(currentProcess()).toBe(main);
    expect(parentProcess()).toBeNull();
    expect(await main.info()).toMatchObject({
      pid: process.pid,
      threadId: 0,
      name: "MainProcess",
      parentPid: process.ppid,
    });
  });

  it("start(), join() and terminate() throw on the current process", async () => {
    const main = currentProcess();
    expect(() => main.start()).toThrow(ProcessStateError);
    await expect(main.join()).rejects.toThrow(/it is this very process/);
    expect(() => main.terminate()).toThrow(ProcessStateError);
  });

  it("authKey can be set, and children inherit it", async () => {
    const { authKey } = currentProcess();
    currentProcess().authKey = Buffer.from("secret");
    try {
      const inside = (await new Process({ module: job, name: "identity" }).start().result()) as { authKey: Buffer };
      expect(inside.authKey.toString()).toBe("secret");
    } finally {
      currentProcess().authKey = authKey;
    }
  });
});

describe("a subclass", () => {
  it("a subclass is copied with its own fields, and is the current process in the child", {
    tags: ["_TestSubclassingProcess.test_subclassing"],
  }, async () => {
    const { Shouter } = (await import(job.href)) as {
      Shouter: { new (words: string[], options?: object): Process; made: number };
    };
    for (const startMethod of ["thread", "spawn"]) {
      const child = new Shouter(["hello", "world"], { startMethod, name: "Margaret" }).start();
      expect(await child.result()).toEqual({
        shouted: ["HELLO", "WORLD"],
        name: "Margaret",
        same: true,
        // The child gets a copy of the class with its static fields. Its constructor, which counts, does not run there.
        made: Shouter.made,
      });
      expect(await child.join()).toBe(0);
    }
  });
});

describe("cpuCount()", () => {
  afterEach(() => {
    delete process.env.MANYHANDS_CPU_COUNT;
  });

  it("cpuCount() is a whole number ≥ 1", { tags: ["_TestProcess.test_cpu_count"] }, () => {
    expect(Number.isInteger(cpuCount())).toBe(true);
    expect(cpuCount()).toBeGreaterThanOrEqual(1);
    expect(getContext().cpuCount()).toBe(cpuCount());
  });

  it("MANYHANDS_CPU_COUNT overrides cpuCount()", () => {
    process.env.MANYHANDS_CPU_COUNT = "7";
    expect(cpuCount()).toBe(7);
    process.env.MANYHANDS_CPU_COUNT = "many";
    expect(cpuCount).toThrow(RangeError);
  });

  it.each<[string, Record<string, string>, number]>([
    ["no cgroup", {}, Number.POSITIVE_INFINITY],
    [
      "no limit",
      { "/proc/self/cgroup": "0::/a\n", "/sys/fs/cgroup/a/cpu.max": "max 100000\n" },
      Number.POSITIVE_INFINITY,
    ],
    ["version 2", { "/proc/self/cgroup": "0::/a\n", "/sys/fs/cgroup/a/cpu.max": "150000 100000\n" }, 1.5],
    [
      "a tighter parent",
      {
        "/proc/self/cgroup": "0::/a/b\n",
        "/sys/fs/cgroup/a/b/cpu.max": "400000 100000",
        "/sys/fs/cgroup/a/cpu.max": "50000 100000",
      },
      0.5,
    ],
    [
      "a tighter child",
      {
        "/proc/self/cgroup": "0::/a/b\n",
        "/sys/fs/cgroup/a/b/cpu.max": "100000 50000",
        "/sys/fs/cgroup/a/cpu.max": "max",
      },
      2,
    ],
    [
      "version 1",
      {
        "/proc/self/cgroup": "4:cpu,cpuacct:/a\n",
        "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "250000\n",
        "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
      },
      2.5,
    ],
    [
      "version 1 without a limit",
      { "/proc/self/cgroup": "4:cpu:/a\n", "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "-1\n" },
      Number.POSITIVE_INFINITY,
    ],
  ])("cpuQuota() reads the quota: %s", (_, files, expected) => {
    const read = (path: string) => {
      const text = files[path];
      if (text === undefined) throw new Error("ENOENT");
      return text;
    };
    expect(cpuQuota(read)).toBe(expected);
  });
});

describe("wait()", () => {
  it("wait() with an empty list waits for its timeout, or for an abort", async () => {
    expect(await wait([], { timeoutMs: 1 })).toEqual([]);
    await expect(wait([], { signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
    await expect(wait([], { timeoutMs: -1 })).rejects.toThrow(RangeError);
    await expect(wait([{} as never])).rejects.toThrow(/write processes, sentinels/);
  });
});

it("isMain() is false in a module that is imported", () => {
  expect(isMain(import.meta)).toBe(false);
});
