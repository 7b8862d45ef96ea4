import { describe, expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

const head = `
  import { activeChildren, currentProcess, getAllStartMethods, parentProcess, Process, WorkerDiedError } from "RUNTIME";
  const parent = process.pid;
  const start = (target, options = {}) => new Process(target, { startMethod: "fork", ...options }).start();
`;

describe.runIf(canFork)("start method fork", () => {
  it("fork is available only in a program that manyhands runs", async () => {
    expect((await runForkReady(`${head} console.log(getAllStartMethods().at(-1));`)).out).toEqual(["fork"]);
    const { getAllStartMethods, Process } = await import("@manyhands/process");
    expect(getAllStartMethods()).not.toContain("fork");
    expect(() => new Process(() => {}, { startMethod: "fork" })).toThrow(/npx manyhands run/);
  });

  it("a child has the parent's memory at the time of start(), uncloneable values included", async () => {
    const { out } = await runForkReady(`${head}
      const secret = Symbol("secret");
      const sockets = new WeakMap([[start, "uncloneable"]]);
      let moment = 0;
      const children = [];
      for (; moment < 3; moment++) children.push(start((fn) => [moment, secret.description, sockets.get(start), fn()], { args: [() => 42] }));
      for (const child of children) console.log(JSON.stringify(await child.result()), await child.join());`);
    expect(out).toEqual([0, 1, 2].map((moment) => `[${moment},"secret","uncloneable",42] 0`));
  });

  it("the child runs none of the parent's code after start(), and none of its timers and listeners", async () => {
    const { out } = await runForkReady(`${head}
      process.on("exit", () => console.log("exit handler in the " + (process.pid === parent ? "parent" : "child")));
      process.on("SIGTERM", () => console.log("parent's listener"));
      setInterval(() => process.pid === parent || console.log("timer in the child"), 1).unref();
      const begin = () => { try { return start(() => new Promise((resolve) => setTimeout(resolve, 20, "done"))); } finally { if (process.pid !== parent) console.log("finally in the child"); } };
      const later = Promise.resolve().then(() => process.pid === parent || console.log("microtask in the child"));
      const child = begin();
      if (process.pid !== parent) console.log("the caller in the child");
      await later;
      console.log(await child.result(), await child.join());
      const spinning = start(() => { for (;;); });
      spinning.terminate();
      console.log(await spinning.join());`);
    expect(out).toEqual(["done 0", "-15", "exit handler in the parent"]);
  });

  it("a child does not handle its uncaught errors by the parent's listeners", async () => {
    const { out, code } = await runForkReady(`${head}
      import { getContext } from "RUNTIME";
      for (const event of ["uncaughtException", "unhandledRejection"])
        process.on(event, () => console.log(event + " in the " + (process.pid === parent ? "parent" : "child")));
      const bad = (how) => start((how) => {
        const error = new RangeError(how);
        if (how === "rejected") void Promise.reject(error);
        else setTimeout(() => { throw error; }, 1);
        return new Promise(() => setInterval(() => {}, 1000));
      }, { args: [how], stderr: "ignore" });
      for (const how of ["rejected", "thrown"]) {
        const child = bad(how);
        console.log(await child.result().catch(String), await child.join());
      }
      const below = start(async () => { const child = bad("below"); return [await child.result().catch(String), await child.join()]; });
      console.log(...await below.result());
      const pool = new (getContext("fork").Pool)(1);
      console.log((await pool.apply(() => { void Promise.reject(1); return new Promise(() => setInterval(() => {}, 1000)); }).catch(({ code }) => code)));
      await pool[Symbol.asyncDispose]();
      process.removeAllListeners("uncaughtException");
      process.setUncaughtExceptionCaptureCallback(() => console.log("captured in the " + (process.pid === parent ? "parent" : "child")));
      console.log(await bad("not captured").result().catch(String));
      void Promise.reject(2);`);
    expect(out).toEqual([
      "RangeError: rejected 1",
      "RangeError: thrown 1",
      "RangeError: below 1",
      "ERR_MANYHANDS_WORKER_DIED",
      "RangeError: not captured",
      "unhandledRejection in the parent",
    ]);
    expect(code).toBe(0);
  });

  it("start() works in timers, ticks, callbacks and after awaits", async () => {
    const { code, out } = await runForkReady(`${head}
      import { readFile } from "node:fs";
      const from = async (place) => console.log(place, await start(() => "in " + place).result());
      await from("the top");
      await null; await from("a microtask");
      await new Promise((done) => setTimeout(() => from("a timer").then(done), 1));
      await new Promise((done) => process.nextTick(() => from("a tick").then(done)));
      await new Promise((done) => readFile(process.argv[1], () => from("a callback").then(done)));
      await new Promise((done) => setImmediate(() => done(from("an immediate"))));`);
    expect(code).toBe(0);
    const places = ["the top", "a microtask", "a timer", "a tick", "a callback", "an immediate"];
    expect(out).toEqual(places.map((place) => `${place} in ${place}`));
  });

  it("start() works while a CommonJS program is loading", async () => {
    const { out } = await runForkReady(
      `const { Process } = require("RUNTIME".replace("file://", ""));
       const child = new Process(() => { setTimeout(() => console.log("child"), 5); }, { startMethod: "fork" }).start();
       Promise.resolve().then(() => console.log("parent"));
       child.join().then(console.log);`,
      { file: "program.cjs" },
    );
    expect(out).toEqual(["parent", "child", "0"]);
  });

  it("the child runs no callbacks of the parent's current loop iteration", async () => {
    const { code, out, err } = await runForkReady(`${head}
      const mine = (what) => process.pid === parent || console.log(what, "in the child");
      const todo = () => {
        process.nextTick(mine, "tick");
        queueMicrotask(() => mine("microtask"));
        Promise.resolve().then(() => mine("reaction"));
        setImmediate(mine, "immediate");
        setTimeout(mine, 0, "timer");
        const rejected = Promise.reject(new Error("handled by the parent, a moment later"));
        const child = start(() => new Promise((resolve) => setTimeout(resolve, 5, 1)));
        rejected.catch(() => {});
        return Promise.all([child.result(), child.join()]);
      };
      const places = [
        (done) => done(),
        (done) => setTimeout(done, 1),
        (done) => process.nextTick(done),
        (done) => { setImmediate(done); setImmediate(mine, "the next immediate"); },
        (done) => { setImmediate(() => {}); setImmediate(done); setImmediate(mine, "the next immediate"); },
        (done) => { setImmediate(async () => { await null; done(); }); setImmediate(mine, "the next immediate"); },
        (done) => new AsyncResource("any").runInAsyncScope(() => setTimeout(AsyncResource.bind(done), 1)),
        // The count of timers that keep the child alive is right, whatever a callback does to its own timer.
        (done) => { const timer = setInterval(() => { clearInterval(timer); done(); }, 1); },
        (done) => { const timer = setInterval(() => { done(); clearInterval(timer); }, 1); },
        (done) => { const timer = setTimeout(() => { timer.refresh(); done(); clearTimeout(timer); }, 1); },
        (done) => { const timer = setTimeout(() => { timer.unref(); done(); }, 1); },
        (done) => { const timer = setTimeout(() => { timer.ref(); done(); }, 1).unref(); setTimeout(() => {}, 5); },
        (done) => { const one = setImmediate(() => { clearImmediate(one); done(); }); },
      ];
      import { AsyncResource } from "node:async_hooks";
      for (const place of places) console.log(...(await new Promise((resolve) => place(() => resolve(todo())))));`);
    expect({ code, out, err }).toEqual({ code: 0, out: Array(13).fill("1 0"), err: "" });
  });

  it("the child gets no events of its parent's sockets from the current loop iteration", async () => {
    const { code, out, err } = await runForkReady(`${head}
      import { execFileSync } from "node:child_process";
      import { createServer } from "node:net";
      import { fork, waitpid } from "POSIX";
      const started = () => start(() => new Promise((resolve) => setTimeout(resolve, 20))).join();
      const forked = () => {
        const pid = fork();
        if (pid === 0) return new Promise(() => setTimeout(() => process.exit(0), 20));
        return waitpid(pid).then(({ status }) => status);
      };
      const inDataEvent = (startChild, before) => new Promise((resolve) => {
        const server = createServer((socket) => {
          for (const event of ["end", "close"]) socket.on(event, () => process.pid === parent || console.log(event, "in the child"));
          socket.on("data", () => {
            before(socket);
            resolve(startChild().then((code) => (server.close(), code)));
          });
        });
        // The other side sends data and closes, so that both events arrive in one loop iteration.
        const visit = "require('net').connect(process.argv[1]).end('hello', () => process.exit())";
        server.listen(process.argv[1] + ".sock", () => execFileSync(process.execPath, ["-e", visit, server.address()]));
      });
      for (const startChild of [started, forked]) {
        console.log(await inDataEvent(startChild, () => {}), await inDataEvent(startChild, (socket) => socket.destroy()));
      }`);
    expect({ code, out, err }).toEqual({ code: 0, out: ["0 0", "0 0"], err: "" });
  });

  it("a child is forked right after close() of a connection and end() of a socket, and hears of neither", async () => {
    const { code, out, err } = await runForkReady(`${head}
      import { once } from "node:events";
      import { connect, createServer } from "node:net";
      import { Client, Listener } from "RUNTIME";
      const resting = () => new Promise((resolve) => setTimeout(resolve, 20, process.getActiveResourcesInfo().join()));
      const authKey = Buffer.from("key");
      const listener = new Listener({ authKey });
      const [theirs, ours] = await Promise.all([listener.accept(), Client(listener.address, { authKey })]);
      await ours.send(1);
      await theirs.recv();
      ours.close();
      console.log("left:" + (await start(resting).result()), await theirs.recv().catch((error) => error.name));
      theirs.close();
      listener.close();
      const server = createServer((socket) => socket.resume()).listen(0);
      await once(server, "listening");
      const socket = connect(server.address().port);
      await once(socket, "connect");
      const report = (event) => () => process.pid === parent || console.log(event, "in the child");
      for (const event of ["prefinish", "finish", "end", "close"]) socket.on(event, report(event));
      socket.end(report("end()"));
      console.log("left:" + (await start(resting).result()));
      server.close();`);
    expect({ code, out, err }).toEqual({ code: 0, out: ["left: EndOfFileError", "left:"], err: "" });
  });

  it("the child's current process is the started object, with its private fields", async () => {
    const { out } = await runForkReady(`${head}
      class Job extends Process {
        #secret = new Map([["answer", 42]]);
        constructor(name) { super({ target: () => "the target", name, startMethod: "fork" }); }
        run() { return [this.#secret.get("answer"), super.run(), this === currentProcess(), this.name, this.pid === process.pid, this.startMethod, this.isAlive]; }
      }
      console.log(JSON.stringify(await new Job("job").start().result()));`);
    expect(out).toEqual(['[42,"the target",true,"job",true,"fork",true]']);
  });

  it("the child ends though the parent was handling another child's SIGCHLD at the fork", async () => {
    const { out } = await runForkReady(`${head}
      import { readFileSync } from "node:fs";
      const first = start(() => {});
      while (!/^State:.*zombie/m.test(readFileSync("/proc/" + first.pid + "/status", "latin1")));
      console.log(await start(() => {}).join(), await first.join());`);
    expect(out).toEqual(["0 0"]);
  });

  it("the parent gets results, errors, exit codes and crashes", async () => {
    const { out } = await runForkReady(`${head}
      class Teapot extends Error { code = 418; }
      const failing = start(async () => { throw new Teapot("short and stout"); }, { stderr: "pipe" });
      console.log(await failing.result().catch((error) => error.constructor.name + " " + error.code), await failing.join());
      console.log(await start(() => process.exit(300)).join());
      const crashed = start(() => process.kill(process.pid, "SIGKILL"));
      console.log(await crashed.result().catch((error) => error instanceof WorkerDiedError), await crashed.join());
      const named = start(() => [currentProcess().name, parentProcess().pid, activeChildren().length], { name: "kid" });
      console.log(JSON.stringify(await named.result()) === JSON.stringify(["kid", parent, 0]));
      const grandchild = start(async () => (await start(() => "grandchild").result()));
      console.log(await grandchild.result());`);
    expect(out).toEqual([out[0], "44", "true -9", "true", "grandchild"]);
    expect(out[0]).toMatch(/Teapot 418 1$/);
  });

  it("stdin, stdout and stderr can be pipes", async () => {
    const { out } = await runForkReady(`${head}
      console.log("before");
      const child = start(async () => { for await (const piece of process.stdin) console.log("got " + piece); console.error("err"); }, { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
      child.stdin.end("hello");
      let [out, err] = ["", ""];
      child.stderr.on("data", (piece) => { err += piece; });
      for await (const piece of child.stdout) out += piece;
      await child.join();
      console.log(JSON.stringify([out, err]));`);
    expect(out).toEqual(["before", '["got hello\\n","err\\n"]']);
  });

  it("the child reads its own stdin while the parent reads the parent's", async () => {
    const { out } = await runForkReady(`${head}
      process.stdin.on("data", () => process.pid === parent || console.log("parent's listener in the child"));
      await new Promise(setImmediate);
      console.log(await start(() => 1).result());
      const reading = async () => { let all = ""; for await (const piece of process.stdin) all += piece; return all; };
      const child = start(reading, { stdin: "pipe" });
      child.stdin.end("for the child");
      console.log(await child.result(), await child.join());
      process.stdin.pause();
      console.log(JSON.stringify(await start(reading, { stdin: "inherit" }).result()));`);
    expect(out).toEqual(["1", "for the child 0", '""']);
  });

  it("import() in the child fails at once when the program's module hooks run on a thread", async () => {
    const { out } = await runForkReady(`${head}
      import { register } from "node:module";
      register("data:text/javascript,export const load = (url, context, next) => next(url, context);");
      const child = start(() => import("data:text/javascript,"), { stderr: "ignore" });
      console.log(await child.result().then((module) => typeof module, (error) => error.message), await child.join());`);
    expect(out).toEqual([expect.stringMatching(/module hooks run on a thread.*import it before the fork.* 1$/)]);
  });
});
