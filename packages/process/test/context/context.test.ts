import {
  currentProcess,
  getAllStartMethods,
  getContext,
  getStartMethod,
  Process,
  ProcessStateError,
  setStartMethod,
} from "@manyhands/process";
import { afterEach, describe, expect, it } from "vitest";

const job = new URL("../fixture/job.js", import.meta.url);

describe("start methods", () => {
  afterEach(() => setStartMethod(null, { force: true }));

  it("lists them, the default first", () => {
    expect(getAllStartMethods().slice(0, 2)).toEqual(["thread", "spawn"]);
  });

  it("the default is fixed by asking, but not by asking whether", () => {
    expect(getStartMethod({ allowNone: true })).toBeNull();
    expect(getStartMethod()).toBe("thread");
    expect(getStartMethod({ allowNone: true })).toBe("thread");
    expect(() => setStartMethod("spawn")).toThrow(ProcessStateError);
  });

  it("is set once, and again only by force", () => {
    setStartMethod("spawn");
    expect(getStartMethod()).toBe("spawn");
    expect(() => setStartMethod("thread")).toThrow(/it is "spawn" already/);
    expect(() => setStartMethod("frok" as never)).toThrow(RangeError);
    setStartMethod("thread", { force: true });
    expect(getStartMethod()).toBe("thread");
  });

  it("refuses one that is not there", () => {
    expect(() => setStartMethod("clone" as never)).toThrow(RangeError);
    expect(getStartMethod({ allowNone: true })).toBeNull();
    expect(() => getContext("clone" as never)).toThrow(/this machine has "thread", "spawn"/);
  });

  it("a process from a context does not fix it", async () => {
    const { Process: Spawned } = getContext("spawn");
    expect(new Spawned({ module: job, name: "nothing" }).startMethod).toBe("spawn");
    expect(getStartMethod({ allowNone: true })).toBeNull();
  });

  it("processes that name none follow it", async () => {
    setStartMethod("spawn");
    const child = new Process({ module: job, name: "ids" });
    expect(child.startMethod).toBe("spawn");
    expect(await child.start().result()).not.toMatchObject({ pid: process.pid });
  });

  it("a context is one object, and gives itself and others", () => {
    const thread = getContext("thread");
    expect(getContext("thread")).toBe(thread);
    expect(thread.getContext("spawn")).toBe(getContext("spawn"));
    expect(thread.currentProcess).toBe(currentProcess);
    expect(getContext()).toBe(getContext(getStartMethod()));
  });
});
