import { describe, expect, it } from "vitest";
import { allMethods, runProgram } from "../fixture/run-program.ts";

// Every way out of a child that runs code of the child. Its results, queue items, messages and output leave first.
const ways = `
  const ways = {
    "return": () => {},
    "exit() in a microtask": () => queueMicrotask(() => process.exit(0)),
    "exit() in a tick": () => process.nextTick(() => process.exit(0)),
    "exit() in an immediate": () => setImmediate(() => process.exit(0)),
    "exit() in a timer": () => setTimeout(() => process.exit(0), 1),
    "uncaught error": () => setImmediate(() => { throw new Error("late"); }),
    "unhandled rejection": () => setImmediate(() => Promise.reject(new Error("late"))),
    "exit() in a SIGTERM listener": () => {
      process.on("SIGTERM", () => process.exit(0));
      setImmediate(() => process.kill(process.pid, "SIGTERM"));
    },
  };
  const rest = {
    "exit()": () => process.exit(0),
    "error": () => { throw new Error("now"); },
    "rejection": () => Promise.reject(new Error("now")),
  };
  // A thread has no signals of its own.
  if (startMethod === "thread") delete ways["exit() in a SIGTERM listener"];
  const codes = (names) => names.map((name) => Number(/error|rejection/.test(name)));
`;

describe.each(allMethods)("a child by %s", (method) => {
  it("delivers a large result before each way out", async () => {
    const { code, out, err } = await runProgram(
      method,
      `${ways}
      const { Process } = api;
      const children = Object.values(ways).map((way) => new Process((way) => { way(); return "z".repeat(3e6); }, { args: [way], stderr: "ignore" }).start());
      const results = await Promise.all(children.map((child) => child.result().then((value) => value.length, (error) => error.message)));
      console.log(results.every((length) => length === 3e6) || results.join());
      const exits = await Promise.all(children.map((child) => child.join()));
      console.log(exits.join() === codes(Object.keys(ways)).join() || exits.join());`,
    );
    expect({ code, out, err }).toEqual({ code: 0, out: ["true", "true"], err: "" });
  });

  it("delivers queue items, pipe messages and output before each way out", async () => {
    const { code, out, err } = await runProgram(
      method,
      `${ways}
      const { Process, Queue, Pipe } = api;
      const all = { ...ways, ...rest };
      // Ten children: each by fork has a listener for SIGCHLD, and Node warns of the eleventh.
      delete all["exit() in a tick"];
      const send = (way, queue, limited, writer) => {
        process.on("exit", () => { queue.tryPut("last"); process.stdout.write("last"); });
        for (let i = 0; i < 3000; i++) queue.tryPut("x".repeat(1000));
        for (let i = 0; i < 20; i++) void limited.put(i);
        for (let i = 0; i < 20; i++) void writer.send("y".repeat(100_000));
        process.stdout.write("o".repeat(1e6));
        process.stderr.write("e".repeat(1e6));
        return way();
      };
      const lengthOf = async (stream) => { let length = 0; for await (const piece of stream) length += piece.length; return length; };
      const times = async (n, get) => { for (let i = 0; i < n; i++) await get(); };
      // All at once: a fork is refused while the streams of an earlier child close.
      const children = Object.entries(all).map(([name, way]) => {
        const queue = new Queue();
        const limited = new Queue(2);
        const [reader, writer] = Pipe({ duplex: false });
        const child = new Process(send, { args: [way, queue, limited, writer], stdout: "pipe", stderr: "pipe" }).start();
        return { name, child, queue, limited, reader, writer };
      });
      for (const { name, child, queue, limited, reader, writer } of children) {
        writer.close();
        child.result().catch(() => {});
        const [stdout, stderr] = await Promise.all([
          lengthOf(child.stdout),
          lengthOf(child.stderr),
          times(3001, () => queue.get()),
          times(20, () => limited.get()),
          times(20, () => reader.recv()),
        ]);
        if (stdout !== 1e6 + 4 || stderr < 1e6) console.log(name, stdout, stderr);
        const [exit, expected] = [await child.join(), codes([name])[0]];
        if (exit !== expected) console.log(name, "exited with", exit);
        console.log(name);
      }
      console.log(Object.keys(all).length);`,
    );
    expect({ code, err, out: [out.length - 1, ...out.slice(-1)] }).toEqual({
      code: 0,
      err: "",
      out: [Number(out.at(-1)), method === "thread" ? "9" : "10"],
    });
  });

  it("writes all its output to the program's own streams", async () => {
    const { code, out, err } = await runProgram(
      method,
      `const { Process } = api;
      const child = new Process(() => { process.stdout.write("o".repeat(1e6)); process.stderr.write("e".repeat(1e6)); process.exit(3); }).start();
      child.result().catch(() => {});
      process.exitCode = await child.join();`,
    );
    expect({ code, out: out.join("").length, err: err.length }).toEqual({ code: 3, out: 1e6, err: 1e6 });
  });

  it("in a pool delivers the results and items of finished tasks before each way out", async () => {
    const { code, out, err } = await runProgram(
      method,
      `${ways}
      const { Pool, Queue } = api;
      for (const [name, way] of Object.entries(ways)) {
        const queue = new Queue();
        const pool = new Pool(1);
        const call = pool.apply((way, queue) => {
          for (let i = 0; i < 3000; i++) queue.tryPut("x".repeat(1000));
          way();
          return "z".repeat(3e6);
        }, [way, queue]);
        console.log(name, (await call).length);
        for (let i = 0; i < 3000; i++) await queue.get();
        await pool.terminate();
      }`,
    );
    expect({ code, out: out.map((line) => line.split(" ").at(-1)) }).toEqual({
      code: 0,
      out: out.map(() => "3000000"),
    });
    expect(out.length).toBe(method === "thread" ? 7 : 8);
    expect(err.replace(/^(Process .*|Error: late|\s+at .*|\s*|Uncaught.*)\n/gm, "")).toBe("");
  });
});
