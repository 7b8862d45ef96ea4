import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import {
  currentProcess,
  getAllStartMethods,
  getContext,
  getLogger,
  getStartMethod,
  Process,
  ProcessStateError,
  setExecutable,
  setForkserverPreload,
  setStartMethod,
  TimeoutError,
} from "@manyhands/process";
import { afterEach, describe, expect, it } from "vitest";
import { canFork, runCommand } from "../fixture/run-fork-ready.ts";

const job = new URL("../fixture/job.js", import.meta.url);
const program = fileURLToPath(new URL("../fixture/default-context.js", import.meta.url));

describe("start methods", () => {
  afterEach(() => setStartMethod(null, { force: true }));

  it("getAllStartMethods() lists the default first", () => {
    expect(getAllStartMethods().slice(0, 2)).toEqual(["thread", "spawn"]);
  });

  it("getStartMethod() fixes the default, except with allowNone", () => {
    expect(getStartMethod({ allowNone: true })).toBeNull();
    expect(getStartMethod()).toBe("thread");
    expect(getStartMethod({ allowNone: true })).toBe("thread");
    expect(() => setStartMethod("spawn")).toThrow(ProcessStateError);
  });

  it("setStartMethod() throws at the second call, except with force", () => {
    setStartMethod("spawn");
    expect(getStartMethod()).toBe("spawn");
    expect(() => setStartMethod("thread")).toThrow(/it is "spawn" already/);
    expect(() => setStartMethod("frok" as never)).toThrow(RangeError);
    setStartMethod("thread", { force: true });
    expect(getStartMethod()).toBe("thread");
  });

  it("setStartMethod() and getContext() throw for an unknown start method", () => {
    expect(() => setStartMethod("clone" as never)).toThrow(RangeError);
    expect(getStartMethod({ allowNone: true })).toBeNull();
    expect(() => getContext("clone" as never)).toThrow(/this machine has "thread", "spawn"/);
  });

  it("a context has the package's logger, settings and errors, and shows its name", () => {
    const context = getContext("spawn");
    expect(inspect(context)).toBe("SpawnContext");
    expect([String(context), String(getContext("thread"))]).toEqual(["SpawnContext", "ThreadContext"]);
    expect(String(new context.Process({ module: job, name: "nothing" }, { name: "Ada" }))).toBe(
      "SpawnProcess { Ada, new }",
    );
    class Named extends context.Process {}
    expect(String(new Named({ module: job, name: "nothing" }, { name: "Eva" }))).toBe("Named { Eva, new }");
    expect(context.getLogger()).toBe(getLogger());
    expect(context.TimeoutError).toBe(TimeoutError);
    expect(context.setForkserverPreload).toBe(setForkserverPreload);
  });

  it("setExecutable() sets the Node of children by spawn", async () => {
    const folder = mkdtempSync(join(tmpdir(), "manyhands-node-"));
    const path = join(folder, "node");
    symlinkSync(process.execPath, path);
    const startedBy = async () => {
      const child = new Process(() => process.argv0, { startMethod: "spawn" }).start();
      return child.result();
    };
    try {
      setExecutable(path);
      expect(await startedBy()).toBe(path);
      setExecutable(undefined);
      expect(await startedBy()).toBe(process.execPath);
      expect(() => setExecutable("")).toThrow(/^Cannot set the executable: the path is "", write that of a Node/);
    } finally {
      setExecutable(undefined);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("a Process of a context does not fix the default", async () => {
    const { Process: Spawned } = getContext("spawn");
    expect(new Spawned({ module: job, name: "nothing" }).startMethod).toBe("spawn");
    expect(getStartMethod({ allowNone: true })).toBeNull();
  });

  it("a Process that names no start method uses the one that was set", async () => {
    setStartMethod("spawn");
    const child = new Process({ module: job, name: "ids" });
    expect(child.startMethod).toBe("spawn");
    expect(await child.start().result()).not.toMatchObject({ pid: process.pid });
  });

  it("getContext() returns the same object for the same start method", () => {
    const thread = getContext("thread");
    expect(getContext("thread")).toBe(thread);
    expect(thread.getContext("spawn")).toBe(getContext("spawn"));
    expect(thread.currentProcess).toBe(currentProcess);
    expect(getContext()).toBe(getContext(getStartMethod()));
  });
});

describe.each(["thread", "spawn", "forkserver", "fork"])("after setStartMethod(%j)", (method) => {
  it.runIf(canFork || method === "thread" || method === "spawn")(
    "the module's own classes make what children by that method can use",
    async () => {
      const out =
        method === "fork"
          ? (await runCommand(["run", program, method])).out.join("")
          : (await promisify(execFile)(process.execPath, [program, method])).stdout;
      const earlier = method === "thread" ? "write" : "make it after setStartMethod\\(\\) is called, or write";
      expect(JSON.parse(out)).toEqual([
        "hello",
        12,
        7,
        "from a grandchild",
        "NotShareableError",
        expect.stringMatching(new RegExp(`; ${earlier} new \\(getContext\\("spawn"\\)\\.Queue\\)`)),
        0,
      ]);
    },
  );
});
