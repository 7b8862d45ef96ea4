import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  activeChildren,
  CloneError,
  currentProcess,
  getContext,
  InterruptError,
  NotShareableError,
  Process,
  type ProcessOptions,
  ProcessStateError,
  ps,
  type StartMethodName,
  TargetError,
  TimeoutError,
  transfer,
  WorkerDiedError,
  wait,
  waitpid,
} from "@manyhands/process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { childPids, expectNothingLeft, waitForExit } from "./nothing-left.ts";

const job = new URL("../fixture/job.js", import.meta.url);

/**
 * The contract of Process, which every start method must fulfil.
 *
 * @param stderr the children's stderr, unless a test sets it. Default: "pipe", to keep it out of the tests' output.
 */
export function processContract(startMethod: StartMethodName, stderr: ProcessOptions["stderr"] = "pipe"): void {
  const isThread = startMethod === "thread";
  const make = (name: string, args: unknown[] = [], options: ProcessOptions = {}) =>
    new Process({ module: job, name }, { startMethod, args, stderr, ...options });
  const start = (...given: Parameters<typeof make>) => make(...given).start();
  const textOf = async (stream: NodeJS.ReadableStream | null) => {
    let text = "";
    for await (const piece of stream ?? []) text += piece;
    return text;
  };
  /** Resolves with the output so far, when it contains the word. */
  const waitForOutput = (stream: NodeJS.ReadableStream | null, word: string) =>
    new Promise<string>((resolve) => {
      let text = "";
      stream?.on("data", (piece) => {
        text += piece;
        if (text.includes(word)) resolve(text);
      });
    });
  const waitUntilRunning = async (child: Process) => {
    while (child.state === "ready") await new Promise((resolve) => setTimeout(resolve, 2));
  };
  /** The control block from the child itself: without a processor for 100 ms it does not answer in time. */
  const answeredInfo = async (child: Process) => {
    for (;;) {
      const info = await child.info();
      if (info.heapUsedBytes !== null) return info;
    }
  };
  let folder: string;
  let before: number[];
  const file = (name: string) => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "manyhands-test-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    before = childPids();
  });
  afterEach(() => expectNothingLeft(before));

  describe("state", () => {
    it("a child goes through the states new, ready and terminated", {
      tags: ["_TestProcess.test_process", "_TestProcess.test_active_children"],
    }, async () => {
      const child = make("identity", [], { name: "Ada" });
      expect(child).toMatchObject({
        state: "new",
        isAlive: false,
        exitCode: null,
        pid: null,
        ident: null,
        name: "Ada",
        daemon: false,
        startMethod,
      });
      expect(activeChildren()).not.toContain(child);
      child.start();
      expect(child.isAlive).toBe(true);
      expect(child.state).toBe("ready");
      expect(activeChildren()).toContain(child);
      const inside = (await child.result()) as Record<string, unknown>;
      expect(inside).toMatchObject({
        name: "Ada",
        daemon: false,
        pid: child.pid,
        ident: child.ident,
        parentPid: process.pid,
        exitCode: null,
        isAlive: true,
      });
      expect(Buffer.compare(inside.authKey as Buffer, currentProcess().authKey)).toBe(0);
      expect(await child.join()).toBe(0);
      expect(child).toMatchObject({ exitCode: 0, isAlive: false, state: "terminated" });
      expect(activeChildren()).not.toContain(child);
    });

    it("a child is a zombie between its end and join()", async () => {
      const child = start("nothing");
      while (child.isAlive) await new Promise((resolve) => setImmediate(resolve));
      expect(child.state).toBe("zombie");
      expect(await child.join()).toBe(0);
      expect(child.state).toBe("terminated");
    });

    it("a child runs in a thread or process of its own", {
      tags: ["_TestProcess.test_process_mainthread_native_id"],
    }, async () => {
      const { pid, threadId } = (await start("ids").result()) as { pid: number; threadId: number };
      if (isThread) expect(pid).toBe(process.pid);
      else expect(pid).not.toBe(process.pid);
      expect(threadId !== 0).toBe(isThread);
    });

    it("start() starts one child when a getter of an argument calls start() and close()", async () => {
      const errors: unknown[] = [];
      const attempt = (act: () => unknown) => {
        try {
          act();
        } catch (error) {
          errors.push(error);
        }
      };
      const argument = {
        get value() {
          attempt(() => child.start());
          attempt(() => child.close());
          return 1;
        },
      };
      const child = make("echo", [argument]);
      child.start();
      expect(await child.result()).toEqual([{ value: 1 }]);
      await child.join();
      expect(new Set(errors.map((error) => error instanceof ProcessStateError))).toEqual(new Set([true]));
    });

    it("a signal that aborts while start() packs the arguments ends the child", async () => {
      const abort = new AbortController();
      const argument = {
        get value() {
          abort.abort(new RangeError("not wanted"));
          return 1;
        },
      };
      const child = start("forever", [argument], { signal: abort.signal });
      await expect(child.result()).rejects.toThrow("not wanted");
      await child.join();
    });

    it("start() throws when the child was started already", async () => {
      const child = start("nothing");
      expect(() => child.start()).toThrow(ProcessStateError);
      await child.join();
      expect(() => child.start()).toThrow(/started already/);
    });

    it("join(), result(), terminate(), kill(), interrupt() and sentinel throw before start()", async () => {
      const child = make("nothing");
      await expect(child.join()).rejects.toThrow(ProcessStateError);
      await expect(child.result()).rejects.toThrow(/call start\(\) first/);
      expect(() => child.terminate()).toThrow(ProcessStateError);
      expect(() => child.kill()).toThrow(ProcessStateError);
      expect(() => child.interrupt()).toThrow(ProcessStateError);
      expect(() => child.sentinel).toThrow(ProcessStateError);
    });

    it("close() throws while the child runs, and leaves only the name readable", {
      tags: ["_TestProcess.test_close"],
    }, async () => {
      const child = start("forever");
      expect(() => child.close()).toThrow(ProcessStateError);
      child.terminate();
      await child.join();
      child.close();
      child.close();
      expect(child.name).toMatch(/^Process-/);
      for (const use of [
        () => child.isAlive,
        () => child.pid,
        () => child.exitCode,
        () => child.terminate(),
        () => child.start(),
        () => child.sentinel,
      ]) {
        expect(use).toThrow(/it was closed/);
      }
      await expect(child.join()).rejects.toThrow(ProcessStateError);
    });

    it("join() gives every caller the exit code, also when it is called again", async () => {
      const child = start("nothing");
      expect(await Promise.all([child.join(), child.join()])).toEqual([0, 0]);
      expect(await child.join()).toBe(0);
    });

    it("a Process without a target exits with 0", async () => {
      expect(await new Process({ startMethod }).start().join()).toBe(0);
      expect(await new Process({ startMethod }).start().result()).toBeUndefined();
    });

    it("disposal terminates the child", async () => {
      const child = start("forever");
      await child[Symbol.asyncDispose]();
      expect(child.exitCode).toBe(-15);
      await make("nothing")[Symbol.asyncDispose]();
    });

    it("many children that run at once all exit, by themselves or by terminate()", {
      tags: ["_TestProcess.test_many_processes"],
    }, async () => {
      const many = isThread ? 24 : 8;
      const children = Array.from({ length: many }, () => start("nothing"));
      expect(await Promise.all(children.map((child) => child.join()))).toEqual(children.map(() => 0));
      const terminated = Array.from({ length: many }, () => start("forever"));
      for (const child of terminated) child.terminate();
      expect(await Promise.all(terminated.map((child) => child.join()))).toEqual(terminated.map(() => -15));
    });

    it("start() releases target and arguments in the parent", {
      tags: ["_TestProcess.test_lose_target_ref"],
    }, async () => {
      const { setFlagsFromString } = await import("node:v8");
      const { runInNewContext } = await import("node:vm");
      setFlagsFromString("--expose-gc");
      const gc = runInNewContext("gc") as () => void;
      let big: object | undefined = { big: true };
      const ref = new WeakRef(big);
      const child = start("nothing", [big]);
      big = undefined;
      await child.join();
      for (let i = 0; i < 20 && ref.deref() !== undefined; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        gc();
      }
      expect(ref.deref()).toBeUndefined();
      expect(child.exitCode).toBe(0);
    });
  });

  describe("arguments and results", () => {
    it("arguments and results are copied unchanged", { tags: ["_TestProcess.test_args_argument"] }, async () => {
      const values = [7, "héllo", [1, [2, [3]]], { a: { b: null, c: undefined } }];
      expect(await start("echo", values).result()).toEqual(values);
      expect(await start("echo", Object.freeze([...values]) as unknown[]).result()).toEqual(values);
    });

    it("values that structured clone takes keep their types", async () => {
      const values = [
        10n ** 30n,
        new Map<unknown, unknown>([
          ["k", new Set([1])],
          [{ a: 1 }, 2],
        ]),
        new Date(1e12),
        /x+/giu,
        new Float64Array([1.5, Number.NaN, -0]),
        new Uint8Array([1, 2, 3]).buffer,
        new DataView(new ArrayBuffer(4)),
        Buffer.from("bytes"),
        new URL("http://localhost/x?y#z"),
        Object.assign(new Array(2), { 1: 1 }),
        Number.NaN,
        -0,
        undefined,
        new Error("e", { cause: "why" }),
        new AggregateError([new TypeError("t")], "all"),
      ];
      const back = (await start("echo", values).result()) as unknown[];
      expect(back).toEqual(values);
      expect(Buffer.isBuffer(back[7])).toBe(true);
      expect(Object.is(back[11], -0)).toBe(true);
    });

    it("shared references and cycles are kept", async () => {
      const cyclic: Record<string, unknown> = { list: [] };
      cyclic.self = cyclic;
      (cyclic.list as unknown[]).push(cyclic);
      const bytes = new Uint8Array(8);
      const [cycle, one, two] = (await start("echo", [cyclic, bytes.subarray(0, 4), bytes.subarray(4)]).result()) as [
        typeof cyclic,
        Uint8Array,
        Uint8Array,
      ];
      expect(cycle.self).toBe(cycle);
      expect((cycle.list as unknown[])[0]).toBe(cycle);
      expect(one.buffer).toBe(two.buffer);
    });

    it("an error as a value keeps class, cause, fields, and a cycle through them", async () => {
      const error: Error & { code?: string; self?: unknown } = new RangeError("r", { cause: new TypeError("t") });
      error.code = "E_R";
      error.self = error;
      const [back] = (await start("echo", [error]).result()) as [typeof error];
      expect(back).toBeInstanceOf(RangeError);
      expect(back).toMatchObject({ message: "r", code: "E_R", stack: error.stack });
      expect(back.cause).toBeInstanceOf(TypeError);
      expect(back.self).toBe(back);
    });

    it("a message of 20 MB arrives complete", async () => {
      const large = new Uint8Array(20 << 20).map((_, i) => i);
      const [back] = (await start("echo", [large]).result()) as [Uint8Array];
      expect(Buffer.compare(back, large)).toBe(0);
    });

    it("a transferred buffer is detached in the parent and usable in the child", async () => {
      const listed = new Float64Array([1, 2]);
      const marked = new Float64Array([3, 4]);
      const child = start("echo", [listed, { deep: transfer(marked, [marked.buffer]) }], {
        transferList: [listed.buffer],
      });
      expect(await child.result()).toEqual([new Float64Array([1, 2]), { deep: new Float64Array([3, 4]) }]);
      expect([listed.byteLength, marked.byteLength]).toEqual([0, 0]);
    });

    it.each<[string, () => unknown, RegExp]>([
      ["a symbol", () => ({ deep: [Symbol("s")] }), /args\[1\]\.deep\[0\]/],
      ["a promise", () => new Map([["p", Promise.resolve()]]), /args\[1\]\.get\("p"\)/],
      ["a WeakMap", () => [new WeakMap()], /args\[1\]\[0\]: a WeakMap/],
      [
        "a socket that is not connected",
        () => ({ socket: new Socket() }),
        /args\[1\]\.socket: a Socket is not connected/,
      ],
      [
        "a port",
        () => ({ port: new MessageChannel().port1 }),
        isThread
          ? /args\[1\]\.port: a MessagePort can be moved, not copied; send transfer/
          : /args\[1\]\.port: a MessagePort can be sent to threads only/,
      ],
    ])("start() refuses %s, and names its path", (_, value, message) => {
      const child = make("echo", [0, value()]);
      expect(() => child.start()).toThrow(CloneError);
      expect(() => child.start()).toThrow(message);
      expect(child.state).toBe("new");
    });

    it("start() refuses a function that captures a socket, and names its path and the variable", () => {
      const socket = new Socket();
      const child = make("echo", [0, { later: [() => socket] }]);
      expect(() => child.start()).toThrow(TargetError);
      expect(() => child.start()).toThrow(/^Cannot send args\[1\]\.later\[0\], the function .*"socket"/);
    });

    it("result() rejects with the path when the result cannot be sent", async () => {
      const generator = start("returnGenerator");
      const error = (await generator.result().catch((reason) => reason)) as CloneError;
      expect(error).toBeInstanceOf(CloneError);
      expect(error.path).toBe("result.deep[0]");
      expect(await generator.join()).toBe(1);
    });
  });

  describe("errors", () => {
    it("result() rejects with the target's error: class, fields, cause and both stacks", async () => {
      for (const name of ["fail", "failLater"]) {
        const child = start(name, ["x"]);
        const error = (await child.result().catch((reason) => reason)) as Error & {
          code: string;
          detail: { map: Map<string, bigint> };
          cause: Error;
        };
        expect(error).toBeInstanceOf(RangeError);
        expect(error.constructor.name).toBe("OddError");
        expect(error.message).toMatch(/^odd: /);
        expect(error.code).toBe("E_ODD");
        expect(error.detail.map.get("k")).toBe(1n);
        expect(error.cause).toBeInstanceOf(TypeError);
        expect("socket" in error).toBe(false);
        expect(error.stack).toContain("fixture/job.js");
        expect(error.stack).toContain("contract.ts");
        expect(await child.join()).toBe(1);
      }
    });

    it("result() rejects with a thrown value that is not an error, unchanged", async () => {
      for (const value of ["a string", undefined, { not: "an error" }]) {
        const child = start("throwValue", [value]);
        const thrown = child.result().then(
          () => "no error",
          (reason) => [reason],
        );
        expect(await thrown).toEqual([value]);
        expect(await child.join()).toBe(1);
      }
    });

    it("result() rejects with a frozen error and an AbortError, unchanged", async () => {
      const [frozen, aborted] = ["throwFrozen", "throwAbort"].map((name) => start(name));
      await expect(frozen?.result()).rejects.toThrow(/^frozen$/);
      const reason = await aborted?.result().catch((error) => error);
      expect(reason).toBeInstanceOf(DOMException);
      expect(reason).toMatchObject({ name: "AbortError", code: 20 });
      expect(await Promise.all([frozen?.join(), aborted?.join()])).toEqual([1, 1]);
    });

    it.each(["throwLoose", "rejectLoose"])("an uncaught error ends the child with 1 (%s)", async (name) => {
      const child = start(name);
      await expect(child.result()).rejects.toThrow(/loose|unhandled/);
      expect(await child.join()).toBe(1);
    });

    it("an error after the result ends the child with 1, and the result stays", async () => {
      const child = start("failAfterResult");
      expect(await child.result()).toBe("answered");
      expect(await child.join()).toBe(1);
    });

    it("an error in an exit handler ends the child with 1", async () => {
      expect(await start("failAtExit").join()).toBe(1);
    });

    it("a child prints an uncaught error with its name", {
      tags: ["_TestSubclassingProcess.test_stderr_flush"],
    }, async () => {
      const child = start("fail", ["x"], { name: "Grace", stderr: "pipe" });
      const text = await textOf(child.stderr);
      expect(text).toMatch(/^Process Grace:\n/);
      expect(text).toContain("odd: x");
      expect(text).toContain("fixture/job.js");
      expect(await child.join()).toBe(1);
    });

    it("a module with a syntax error fails the child with that error", async () => {
      writeFileSync(file("broken.mjs"), "export const job = ;");
      const child = new Process({ module: file("broken.mjs"), name: "job" }, { startMethod, stderr: "pipe" }).start();
      await expect(child.result()).rejects.toThrow(SyntaxError);
      expect(await child.join()).toBe(1);
    });

    it("an error's stack shows the target's frames, not the package's", async () => {
      const child = start("fail", ["x"]);
      const error = (await child.result().catch((reason) => reason)) as Error;
      const [inside = ""] = error.stack?.split(`${child.name} was started`) ?? [];
      expect(inside).toContain("fixture/job.js");
      expect(inside).not.toContain("/dist/");
      await child.join();
    });

    it("an option that Node refuses makes start() throw, or ends the child, with Node's message", async () => {
      const child = make("nothing", [], { execArgv: ["--no-such-option"] });
      if (isThread) expect(() => child.start()).toThrow(/--no-such-option/);
      else
        await expect(child.start().result()).rejects.toMatchObject({
          exitCode: 9,
          stderr: expect.stringContaining("bad option"),
          message: expect.stringContaining("Node refused its options"),
        });
    });

    it("a target whose promise can never settle ends the child with 13", async () => {
      const child = start("settleNever");
      const error = (await child.result().catch((reason) => reason)) as WorkerDiedError;
      expect(error).toBeInstanceOf(WorkerDiedError);
      expect(error.exitCode).toBe(13);
      expect(error.stderr).toMatch(/promise that cannot settle/);
      expect(await child.join()).toBe(13);
    });
  });

  describe("exit", () => {
    it("terminate() ends an idle and a busy child with -15", { tags: ["_TestProcess.test_terminate"] }, async () => {
      for (const name of ["forever", "spin"]) {
        const child = start(name, [], { daemon: true });
        await waitUntilRunning(child);
        expect(await child.join({ timeoutMs: 0 })).toBeNull();
        expect(child.isAlive).toBe(true);
        child.terminate();
        expect(await child.join()).toBe(-15);
        expect(await child.join()).toBe(-15);
        expect(activeChildren()).not.toContain(child);
        expect(child.exitCode).toBe(-15);
        child.terminate();
      }
    });

    it("kill() ends an idle and a busy child with -9", { tags: ["_TestProcess.test_kill"] }, async () => {
      for (const name of ["forever", "spin"]) {
        const child = start(name);
        await waitUntilRunning(child);
        child.kill();
        expect(await child.join()).toBe(-9);
      }
      const chosen = start("forever");
      chosen.kill("SIGTERM");
      expect(await chosen.join()).toBe(-15);
    });

    it("kill() takes a signal by name or number, and refuses unknown ones", async () => {
      const child = start("forever");
      expect(() => child.kill("SIGNONE" as never)).toThrow(TypeError);
      expect(() => child.kill(12345)).toThrow(TypeError);
      await waitUntilRunning(child);
      child.kill(12);
      expect(await child.join()).toBe(-12);
      child.kill(12);
      if (!isThread) return;
      const thread = start("forever");
      expect(() => thread.kill("SIGSTOP")).toThrow(/threads can only be ended/);
      await thread[Symbol.asyncDispose]();
    });

    it("the error of a crash names process, exit code, signal and stderr tail", async () => {
      const child = start("chatter", [3, 7], { name: "Edsger", stdout: "ignore" });
      const error = (await child.result().catch((reason) => reason)) as WorkerDiedError;
      expect(error).toBeInstanceOf(WorkerDiedError);
      expect(error).toMatchObject({
        exitCode: 7,
        signal: null,
        pid: child.pid,
        processName: "Edsger",
        code: "ERR_MANYHANDS_WORKER_DIED",
      });
      expect(error.stderr).toBe("err 0\nerr 1\nerr 2");
      expect(error.message).toMatch(/Edsger.*exit code 7/);
      const killed = start("forever");
      await waitUntilRunning(killed);
      killed.kill();
      await expect(killed.result()).rejects.toMatchObject({ exitCode: -9, signal: "SIGKILL" });
    });

    it("process.exit(n) ends the child with n modulo 256", async () => {
      const children = [8, 0, 300, -1].map((code) => start("exitProcess", [code]));
      expect(await Promise.all(children.map((child) => child.join()))).toEqual([8, 0, 44, 255]);
      await expect(children[2]?.result()).rejects.toMatchObject({ exitCode: 44 });
    });

    it("exit() ends the child with a code, and prints any other value", {
      tags: ["_TestSubclassingProcess.test_sys_exit"],
    }, async () => {
      const ends = await Promise.all(
        [8, "a farewell", [1, 2]].map(async (value) => {
          const child = start("exitBy", [value], { stderr: "pipe" });
          return [await textOf(child.stderr), await child.join()];
        }),
      );
      expect(ends).toEqual([
        ["", 8],
        ["a farewell\n", 1],
        ["[ 1, 2 ]\n", 1],
      ]);
    });

    it("exit() runs finally blocks", async () => {
      expect(await start("exitThroughFinally", [file("finally")]).join()).toBe(8);
      expect(readFileSync(file("finally"), "utf8")).toBe("finally");
    });

    it("process.exitCode sets the exit code, and the result stays", async () => {
      const child = start("setExitCode", [5]);
      expect(await child.result()).toBeUndefined();
      expect(await child.join()).toBe(5);
    });

    it("exit handlers run when the child exits by itself", { tags: ["_TestAtExit.test_atexit"] }, async () => {
      expect(await start("onExitWrite", [file("atexit")]).join()).toBe(0);
      expect(readFileSync(file("atexit"), "utf8")).toBe("exit 0");
    });

    it("a child runs on after its target while a timer is open", async () => {
      const child = start("outlive", [file("outlived"), file("gate")]);
      expect(await child.result()).toBe("answered");
      expect(child.isAlive).toBe(true);
      writeFileSync(file("gate"), "");
      expect(await child.join()).toBe(0);
      expect(existsSync(file("outlived"))).toBe(true);
    });

    it.each([undefined, 3])("a child's whole output arrives before its end (exit %s)", async (code) => {
      const child = start("chatter", [2000, code], { stdout: "pipe", stderr: "pipe" });
      const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr), child.join()]);
      expect(out.trim().split("\n")).toEqual(Array.from({ length: 2000 }, (_, i) => `out ${i}`));
      expect(err.trim().split("\n")).toHaveLength(2000);
    });

    it("output can be read after the child's end, in the reader's encoding", async () => {
      const child = start("chatter", [3], { stdout: "pipe", stderr: "pipe" });
      child.stderr?.setEncoding("utf8");
      await child.result();
      await child.join();
      expect([await textOf(child.stdout), await textOf(child.stderr)]).toEqual([
        "out 0\nout 1\nout 2\n",
        "err 0\nerr 1\nerr 2\n",
      ]);
    });

    it("a child does not block when its stderr is not read", async () => {
      const child = start("flood", [2 ** 22], { stderr: "pipe" });
      expect(await child.result()).toBe(2 ** 22);
      expect((await textOf(child.stderr)).length).toBe(2 ** 22);
    });

    it.each(["stdout", "stderr"])(
      "a child that destroys its own %s exits with 0",
      { tags: ["_TestProcess.test_error_on_stdio_flush_2"] },
      async (name) => {
        expect(await start("breakStdio", [name]).join()).toBe(0);
      },
    );

    it("an abort terminates the child, and result() rejects with the reason", async () => {
      const controller = new AbortController();
      const child = start("forever", [], { signal: controller.signal });
      controller.abort(new Error("enough"));
      await expect(child.result()).rejects.toThrow("enough");
      expect(await child.join()).toBe(-15);
      expect(() => start("forever", [], { signal: AbortSignal.abort(new Error("before")) })).toThrow("before");
    });
  });

  describe("interrupt()", () => {
    it("interrupt() fails the target with InterruptError", async () => {
      const child = start("announceThenWait", [], { stdout: "pipe" });
      await waitForOutput(child.stdout, "ready");
      child.interrupt();
      const error = (await child.result().catch((error) => error)) as Error;
      expect(error).toBeInstanceOf(InterruptError);
      // The stack has the frames of the start() call only, not those of the signal handler.
      expect(error.stack).toMatch(/^InterruptError: Interrupted by SIGINT\n +\S+ was started\n +at /);
      expect(await child.join()).toBe(1);
    });

    it("interrupt() calls the child's own SIGINT listener", async () => {
      const child = start("takeInterrupt", [], { stdout: "pipe" });
      await waitForOutput(child.stdout, "ready");
      child.interrupt();
      expect(await child.join()).toBe(42);
    });

    it("interrupt() ends a child that removed the SIGINT listener with -2", {
      tags: ["_TestProcess.test_interrupt_no_handler"],
    }, async () => {
      const child = start("dropInterrupt", [], { stdout: "pipe" });
      await waitForOutput(child.stdout, "ready");
      child.interrupt();
      expect(await child.join()).toBe(-2);
    });
  });

  describe("waiting", () => {
    it("join() gives null and result() throws when time runs out, and the child runs on", async () => {
      const child = start("forever");
      expect(await child.join({ timeoutMs: 1 })).toBeNull();
      await expect(child.result({ timeoutMs: 1 })).rejects.toThrow(TimeoutError);
      expect(child.isAlive).toBe(true);
      await child[Symbol.asyncDispose]();
    });

    it("join() and result() refuse a negative timeout and one that is not a number", async () => {
      const child = start("nothing");
      await expect(child.join({ timeoutMs: -1 })).rejects.toThrow(RangeError);
      await expect(child.join({ timeoutMs: Number.NaN })).rejects.toThrow(RangeError);
      await expect(child.result({ timeoutMs: "1" as never })).rejects.toThrow(TypeError);
      expect(await child.join()).toBe(0);
    });

    it("an abort rejects join() with its reason, and the child runs on", async () => {
      const child = start("forever");
      const controller = new AbortController();
      const joined = child.join({ signal: controller.signal });
      controller.abort(new Error("changed my mind"));
      await expect(joined).rejects.toThrow("changed my mind");
      expect(child.isAlive).toBe(true);
      await child[Symbol.asyncDispose]();
    });

    it("wait() resolves with the ended children, in the given order", async () => {
      const slow = start("forever");
      const quick = start("nothing");
      expect(await wait([slow, quick])).toEqual([quick]);
      expect(await wait([slow.sentinel], { timeoutMs: 1 })).toEqual([]);
      expect(slow.sentinel).toBe(slow.sentinel);
      expect(quick.sentinel.isReady).toBe(true);
      slow.kill();
      await slow.join();
      expect(await wait([slow, quick])).toEqual([slow, quick]);
      await quick.join();
    });

    it("waitpid(-1) reaps each child once", async () => {
      const children = [0, 1, 2].map((code) => start("exitProcess", [code]));
      const ended = [await waitpid(-1), await waitpid(-1), await waitpid(-1)];
      expect(new Set(ended.map((end) => end?.process))).toEqual(new Set(children));
      expect(ended.map((end) => end?.status).sort()).toEqual([0, 1, 2]);
      expect(children.map((child) => child.state)).toEqual(["terminated", "terminated", "terminated"]);
      await expect(waitpid(-1)).rejects.toThrow(ProcessStateError);
    });

    it("waitpid() waits for a child by its ident, and checks once with noHang", async () => {
      const other = start("forever");
      const child = start("exitProcess", [4]);
      expect(await waitpid(other.ident as number, { noHang: true })).toBeNull();
      expect(await waitpid(child.ident as number)).toMatchObject({ status: 4, pid: child.pid });
      await expect(waitpid(2 ** 22)).rejects.toThrow(ProcessStateError);
      await expect(waitpid(1.5)).rejects.toThrow(TypeError);
      await other[Symbol.asyncDispose]();
    });
  });

  describe("process tree", () => {
    it("parentProcess() describes the parent", { tags: ["_TestProcess.test_parent_process_attributes"] }, async () => {
      expect(await start("parent").result()).toMatchObject({ pid: process.pid, name: "MainProcess", isAlive: true });
    });

    it("a grandchild's name extends its parent's, and the start method is inherited", async () => {
      const child = start("childName");
      expect(await child.result()).toEqual({ own: child.name, child: `${child.name}:1`, byDefault: startMethod });
    });

    it("start() throws in a daemon", async () => {
      const child = start("makeChild", [{}], { daemon: true });
      await expect(child.result()).rejects.toThrow(/daemons may not have children/);
      await expect(child.result()).rejects.toBeInstanceOf(ProcessStateError);
      await child.join();
    });

    it("setting daemon throws after start()", async () => {
      const child = make("identity");
      child.daemon = true;
      child.start();
      expect(() => {
        child.daemon = false;
      }).toThrow(ProcessStateError);
      expect(await child.result()).toMatchObject({ daemon: true });
      await child.join();
    });

    it("a child can pass a shared queue on to a grandchild", {
      tags: ["TestStartMethod.test_nested_startmethod"],
    }, async () => {
      const queue = new (getContext(startMethod).Queue)();
      const child = start("passOn", [queue]);
      expect([await queue.get(), await queue.get()]).toEqual(["child", "grandchild"]);
      expect(await child.join()).toBe(0);
      queue.close();
    });

    it("ps() lists a child with state, times and memory until it is reaped", async () => {
      const before = Date.now();
      const child = start("forever");
      await waitUntilRunning(child);
      const info = await answeredInfo(child);
      expect(info.startedAt.getTime()).toBeGreaterThanOrEqual(before);
      expect(info.startedAt.getTime()).toBeLessThanOrEqual(Date.now());
      expect(info).toMatchObject({
        pid: child.pid,
        parentPid: process.pid,
        name: child.name,
        startMethod,
        daemon: false,
        exitCode: null,
      });
      expect(["running", "waiting"]).toContain(info.state);
      expect(info.heapUsedBytes).toBeGreaterThan(1e5);
      expect(info.residentBytes).toBeGreaterThan(1e6);
      expect(info.cpuUserMs).toBeGreaterThanOrEqual(0);
      const rows = await ps();
      expect(rows.map((row) => row.name)).toEqual(["MainProcess", child.name]);
      child.kill();
      while (child.isAlive) await new Promise((resolve) => setImmediate(resolve));
      expect((await ps()).at(-1)).toMatchObject({ name: child.name, state: "zombie", exitCode: -9 });
      await child.join();
      expect(await ps()).toHaveLength(1);
    });

    it("ps() lists a busy child without the figures that only it knows", async () => {
      const child = start("spin");
      await waitUntilRunning(child);
      const [, row] = await ps();
      expect(row).toMatchObject({ name: child.name, heapUsedBytes: null });
      if (process.platform === "linux") expect(row?.cpuUserMs).toBeGreaterThanOrEqual(0);
      await child[Symbol.asyncDispose]();
    });
  });

  describe("environment", () => {
    it("a child inherits argv, working directory, environment and Node's options", {
      tags: [
        "TestStartMethod.test_context",
        "TestFlags.test_flags",
        "MiscTestCase.test_preload_main_sys_argv",
        "_TestSpawnedSysPath.test_child_sys_path",
      ],
    }, async () => {
      const inside = (await start("surroundings").result()) as {
        argv: string[];
        cwd: string;
        env: Record<string, string>;
        execArgv: string[];
      };
      expect(inside.argv).toEqual([process.execPath, ...process.argv.slice(1)]);
      expect(inside.cwd).toBe(process.cwd());
      expect(inside.env.PATH).toBe(process.env.PATH);
      expect(inside.execArgv).toEqual(process.execArgv);
    });

    it("a child gets an argv of 5000 arguments", {
      tags: ["MiscTestCase.test_preload_main_large_sys_argv"],
    }, async () => {
      const argv = Array.from({ length: 5002 }, (_, i) => `argument-${i}-${"x".repeat(100)}`);
      const inside = (await start("surroundings", [], { argv }).result()) as { argv: string[] };
      expect(inside.argv.slice(2)).toEqual(argv);
    });

    it("the options env and execArgv replace the parent's", async () => {
      const execArgv = ["--stack-trace-limit=33"];
      const inside = (await start("surroundings", [], {
        env: { ONLY: "this" },
        ...(isThread ? {} : { execArgv }),
      }).result()) as {
        env: Record<string, string>;
        execArgv: string[];
      };
      expect(inside.env.ONLY).toBe("this");
      expect(inside.env.PATH).toBeUndefined();
      if (!isThread) expect(inside.execArgv).toEqual(execArgv);
    });

    it("a child's stdin is empty, or a pipe that the parent writes", async () => {
      expect(await start("readStdin").result()).toBe("");
      const child = start("readStdin", [], { stdin: "pipe" });
      child.stdin?.end("from the parent");
      expect(await child.result()).toBe("from the parent");
    });

    it("a context binds the start method", { tags: ["TestStartMethod.test_context"] }, async () => {
      const context = getContext(startMethod);
      expect(context.getStartMethod()).toBe(startMethod);
      expect(context.getContext()).toBe(context);
      expect(() => context.setStartMethod(startMethod)).toThrow(ProcessStateError);
      const child = new context.Process({ module: job, name: "identity" });
      expect(child.startMethod).toBe(startMethod);
      expect(child).toBeInstanceOf(Process);
      expect(context.Process.name).toBe("Process");
      expect(await child.start().result()).toMatchObject({ startMethod, byDefault: startMethod });
    });
  });

  describe("targets by reference", () => {
    it("a URL runs the default export, the export after #, or the module alone", async () => {
      expect(await new Process(job, { startMethod }).start().result()).toBe("default export");
      expect(await new Process(new URL("#add", job), { startMethod, args: [1, 2] }).start().result()).toBe(3);
      const path = file("side-effect");
      const url = new URL("../fixture/side-effect.js", import.meta.url);
      expect(
        await new Process(url, { startMethod, env: { ...process.env, SIDE_EFFECT_FILE: path } }).start().join(),
      ).toBe(0);
      expect(readFileSync(path, "utf8")).toBe("ran");
    });

    it("a target's module may be a path or a built-in module", async () => {
      expect(
        await new Process({ module: job.pathname, name: "add" }, { startMethod, args: [2, 3] }).start().result(),
      ).toBe(5);
      expect(
        await new Process({ module: "node:path", name: "basename" }, { startMethod, args: ["/a/b"] }).start().result(),
      ).toBe("b");
      expect(
        await new Process({ module: "path", name: "basename" }, { startMethod, args: ["/a/b"] }).start().result(),
      ).toBe("b");
    });

    it("start() refuses a missing module or export, and lists the module's exports", () => {
      expect(() => make("absent").start()).toThrow(TargetError);
      expect(() => make("absent").start()).toThrow(/it exports .*add, echo/);
      expect(() =>
        new Process({ module: new URL("./absent.js", import.meta.url), name: "x" }, { startMethod }).start(),
      ).toThrow(/no such module/);
      expect(() => new Process({ module: "./relative.js", name: "x" }, { startMethod }).start()).toThrow(
        /new URL\("\.\/relative\.js", import\.meta\.url\)/,
      );
      expect(() => new Process({ module: "no-such-package-here", name: "x" }, { startMethod }).start()).toThrow(
        TargetError,
      );
    });

    it("an export that is not a function fails the child, and the error says so", async () => {
      writeFileSync(file("value.mjs"), "export const job = 7;");
      const child = new Process({ module: file("value.mjs"), name: "job" }, { startMethod, stderr: "pipe" }).start();
      await expect(child.result()).rejects.toThrow(/it is number, not a function/);
      await child.join();
    });
  });

  if (!isThread) {
    it("start() refuses memory that only threads share, and names the fix", {
      tags: ["TestStartMethod.test_mixed_startmethod"],
    }, () => {
      const child = make("echo", [{ memory: new Int32Array(new SharedArrayBuffer(4)) }]);
      expect(() => child.start()).toThrow(NotShareableError);
      expect(() => child.start()).toThrow(/args\[0\]\.memory: an Int32Array .* getContext\("spawn"\)/);
    });

    it("a child ends when its parent is killed", async () => {
      const parent = start("startGrandchild", [startMethod], { stdout: "pipe" });
      const pid = Number(/grandchild (\d+)/.exec(await waitForOutput(parent.stdout, "\n"))?.[1]);
      parent.kill();
      await parent.join();
      await waitForExit(pid);
    });

    it("a child that waits for its parent's end outlives the parent", {
      tags: ["_TestProcess.test_parent_process"],
    }, async () => {
      const path = file("watched");
      const parent = start("startWatcher", [path, startMethod]);
      while (!existsSync(`${path}.ready`)) await new Promise((resolve) => setTimeout(resolve, 5));
      parent.terminate();
      await parent.join();
      while (!existsSync(path) || readFileSync(path, "utf8") === "")
        await new Promise((resolve) => setTimeout(resolve, 5));
      expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
        before: true,
        ended: true,
        after: false,
        parentName: parent.name,
      });
    });
  }
}
