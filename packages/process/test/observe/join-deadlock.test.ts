import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allMethods, runProgram } from "../fixture/run-program.ts";

const command = join(import.meta.dirname, "../../bin/manyhands.js");
const env = { ...process.env, MANYHANDS_DEADLOCK_MS: "300" };

/** Children that put more values on a queue than its memory has space for. */
const producers = `
  const { Process, Queue, SimpleQueue } = api;
  const count = 5000;
  async function fill(queue, count) {
    for (let i = 0; i < count; i++) await queue.put("x".repeat(1000));
  }
  const jobs = new SimpleQueue();
  jobs.name = "jobs";
  const start = (name, fn = fill, args = [jobs, count]) => new Process(fn, { name, args }).start();
  async function read(queue, count) {
    for (let i = 0; i < count; i++) await queue.get();
    return "read";
  }
`;

describe.each(allMethods)("MANYHANDS_DEADLOCK_MS with children by %s", (method) => {
  it("ends join() on a child that waits until its parent reads a queue", async () => {
    const text = `${producers}
      const child = start("Ada");
      const error = await child.join().catch((error) => error);
      console.log(JSON.stringify([error.code, error.message, ...error.cycle]));
      await read(jobs, count);
      console.log(await child.join());`;
    const { code, out, err } = await runProgram(method, text, env);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const [errorCode, message, ...cycle] = JSON.parse(out[0] ?? "[]");
    expect(errorCode).toBe("ERR_MANYHANDS_DEADLOCK");
    expect(message).toMatch(/^Cannot wait for the end of Ada, a deadlock: /);
    expect(message).toMatch(
      /; read the queue before join\(\), or call close\(\{ flush: false \}\) on it in the child$/,
    );
    expect(cycle).toEqual([
      expect.stringMatching(/^MainProcess \(process \d+\) waits for the end of Ada$/),
      expect.stringMatching(
        /^Ada \(.*process \d+\) waits for room in jobs for \d+ values that it keeps, which MainProcess \(process \d+\) could read$/,
      ),
    ]);
    expect(out[1]).toBe("0");
  });

  it("ends join() on one of several such children", async () => {
    const text = `${producers}
      const children = ["Ada", "Grace", "Edsger"].map((name) => start(name));
      const codes = [];
      for (const child of children) {
        codes.push(await child.join().catch(({ code }) => code));
        if (codes.length === 1) await read(jobs, 3 * count);
      }
      console.log(codes.join());`;
    // On a slow machine, a child warns after 5 s that no value was read.
    const { code, out } = await runProgram(method, text, env);
    expect({ code, out }).toEqual({ code: 0, out: ["ERR_MANYHANDS_DEADLOCK,0,0"] });
  });

  it("ends join() on a child that waits for a lock of its parent", async () => {
    const text = `
      const { Lock, Process } = api;
      const lock = new Lock();
      const child = new Process((lock) => lock.hold(() => {}), { args: [lock] });
      const error = await lock.hold(() => child.start().join()).catch((error) => error);
      console.log(error.code, /; release the lock before join\\(\\)$/.test(error.message));
      console.log(await child.join());`;
    expect((await runProgram(method, text, env)).out).toEqual(["ERR_MANYHANDS_DEADLOCK true", "0"]);
  });

  it("ends join() in a program whose pool has run a task again", async () => {
    const text = `
      import { existsSync, rmSync, writeFileSync } from "node:fs";
      const { Lock, Pool, Process } = api;
      const file = process.argv[1] + ".began";
      const crashOnce = async (file) => {
        const { existsSync, writeFileSync } = await import("node:fs");
        if (existsSync(file)) return "again";
        writeFileSync(file, "");
        process.exit(3);
      };
      const pool = new Pool(1);
      console.log(await pool.apply(crashOnce, [file], { retry: { attempts: 2 } }));
      pool.close();
      await pool.join();
      rmSync(file);
      const lock = new Lock();
      const child = new Process((lock) => lock.hold(() => {}), { args: [lock] });
      // A lock by acquire() counts as held only while the program has nothing else to do, such as a task of a pool.
      await lock.acquire();
      console.log(await child.start().join().catch(({ code }) => code));
      lock.release();
      console.log(await child.join());`;
    const { out } = await runProgram(method, text, env);
    expect(out).toEqual(["again", "ERR_MANYHANDS_DEADLOCK", "0"]);
  });

  it("raises no alarm when the child drops the values that it keeps", async () => {
    const text = `${producers}
      async function fillAndDrop(queue, count) {
        for (let i = 0; i < count; i++) await queue.put("x".repeat(1000));
        queue.close({ flush: false });
      }
      console.log(await start("Ada", fillAndDrop).join());`;
    expect(await runProgram(method, text, env)).toEqual({ code: 0, err: "", out: ["0"] });
  });

  it("ends join() on a child that waits for a value of its parent", async () => {
    const text = `${producers}
      const child = start("Ada", read, [jobs, 1]);
      const error = await child.join().catch((error) => error);
      console.log(error.code, /; put what the child gets before join\\(\\)$/.test(error.message));
      await jobs.put("x");
      console.log(await child.join());`;
    expect((await runProgram(method, text, env)).out).toEqual(["ERR_MANYHANDS_DEADLOCK true", "0"]);
  });

  it("raises no alarm while a sibling may read the queue", async () => {
    const text = `${producers}
      async function readLate(queue, count) {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        for (let i = 0; i < count; i++) await queue.get();
      }
      const reader = start("Grace", readLate);
      console.log(await start("Ada").join(), await reader.join());`;
    expect(await runProgram(method, text, env)).toEqual({ code: 0, err: "", out: ["0 0"] });
  });

  it("raises no alarm while the parent may read the queue in another flow", async () => {
    const text = `${producers}
      const reading = new Promise((resolve) => setTimeout(resolve, 1500)).then(() => read(jobs, count));
      console.log(await start("Ada").join(), await reading);`;
    expect(await runProgram(method, text, env)).toEqual({ code: 0, err: "", out: ["0 read"] });
  });
});

describe("MANYHANDS_DEADLOCK_MS", () => {
  it("lets manyhands top print a join() that cannot end", async () => {
    // The process that joins must not wait for `top` as well.
    const text = `
      const { spawn } = await import("node:child_process");
      await manyhands.allowWatching();
      async function fill(queue) {
        for (let i = 0; i < 5000; i++) await queue.put("x".repeat(1000));
      }
      async function joinFirst(fill) {
        const { Process, SimpleQueue } = await import(${JSON.stringify(import.meta.resolve("@manyhands/process"))});
        await new Process(fill, { name: "Ada", args: [new SimpleQueue()] }).start().join();
      }
      const joiner = new manyhands.Process(joinFirst, { name: "Joiner", startMethod: "spawn", args: [fill] }).start();
      const options = { stdio: ["ignore", "pipe", "inherit"] };
      const top = spawn(process.execPath, [${JSON.stringify(command)}, "top", String(process.pid)], options);
      top.stdout.setEncoding("utf8").on("data", (text) => {
        const line = text.split("\\n").find((line) => line.includes("Joiner (process " + joiner.pid));
        if (line === undefined) return;
        console.log(line);
        top.kill();
        process.exit();
      });`;
    const { out } = await runProgram("spawn", text, { ...process.env, MANYHANDS_DEADLOCK_MS: "20000" });
    expect(out[0]).toMatch(/^deadlock: (?=.*Joiner \(.*\) waits for the end of Ada\b).*Ada \(.*\) waits for room in /);
  });
});
