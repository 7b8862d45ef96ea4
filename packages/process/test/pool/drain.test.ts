import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Pool, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { allMethods } from "../fixture/run-program.ts";
import { runPoolProgram } from "./run-pool-program.ts";

const command = fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url));
const runtime = JSON.stringify(import.meta.resolve("@manyhands/process"));

it.each([
  [[[]], 'write a list of signals, as in ["SIGTERM", "SIGINT"]'],
  [["SIGTERM"], "write a list of signals"],
  [[["SIGNAL"]], "there is no signal SIGNAL, write SIGTERM, SIGINT or SIGHUP"],
  [[["SIGKILL"]], "no program can handle SIGKILL"],
  [[["SIGTERM"], { timeoutMs: -1 }], "timeoutMs is -1, write milliseconds, ≥ 0"],
  [[["SIGTERM"], { before: 5 }], "before is number, write a function that closes the server"],
  [[["SIGTERM"], { after: 5 }], 'there is no option "after"'],
])("drainOnSignals() refuses %o", (args, message) => {
  const pool = new Pool(1);
  const [signals, options] = args as never as Parameters<Pool["drainOnSignals"]>;
  expect(() => pool.drainOnSignals(signals, options)).toThrow(message);
  expect(process.listenerCount("SIGTERM")).toBe(0);
  pool.drainOnSignals(["SIGTERM", "SIGHUP"])();
  expect(process.listenerCount("SIGTERM")).toBe(0);
  expect(() => pool.close({ hard: true } as never)).toThrow('there is no option "hard"');
  pool.terminate();
});

describe.each(allMethods)("the end of a Pool by %s", (method) => {
  it("close({ force: true }) drops what no worker has and finishes what runs", async () => {
    const lines = await runPoolProgram(
      method,
      `
      const pool = new api.Pool({ processes: 1 });
      const held = hold(pool);
      await until(() => pool.stats().running === 1);
      const dropped = [
        pool.apply(job("square"), [2]),
        pool.map(job("square"), [1, 2, 3]),
        pool.imap(job("square"), [1, 2, 3]).next(),
      ].map(codeOf);
      pool.close({ force: true });
      print(await Promise.all(dropped));
      print(await codeOf(pool.apply(job("square"), [2])));
      release();
      print([await held, await pool.join(), pool.stats().succeeded]);
      pool.close({ force: true });`,
    );
    const closed = "ERR_MANYHANDS_CLOSED";
    expect(lines).toEqual([[closed, closed, closed], closed, [null, true, 1]]);
  });

  it("a fastify server under load loses no accepted request when its process group gets SIGTERM", async () => {
    const server = await startServer(method, { timeoutMs: 100_000, workMs: 5 });
    const clients = Array.from({ length: 8 }, () => requestUntilClosed(server.url, server.counts));
    await expect.poll(() => server.counts.ok).toBeGreaterThan(50);
    process.kill(-(server.child.pid as number), "SIGTERM");
    process.kill(-(server.child.pid as number), "SIGTERM");
    const { code, accepted, err } = await server.ended;
    await Promise.all(clients);
    expect({ code, err, lost: accepted - server.counts.ok, failed: server.counts.failed }).toEqual({
      code: 0,
      err: "",
      lost: 0,
      failed: 0,
    });
  });

  it("a server whose calls do not end in time answers them with an error and exits with 1", async () => {
    const server = await startServer(method, { timeoutMs: 100, workMs: 1e9 });
    const client = requestUntilClosed(server.url, server.counts);
    await expect.poll(() => server.accepted()).toBe(1);
    server.child.kill("SIGTERM");
    const { code, accepted, err } = await server.ended;
    await client;
    expect(err).toMatch(/Pool-1 was not drained within 100 ms after SIGTERM, and was terminated/);
    expect({ code, accepted, ok: server.counts.ok, failed: server.counts.failed }).toEqual({
      code: 1,
      accepted: 1,
      ok: 0,
      failed: 1,
    });
  });
});

interface Counts {
  ok: number;
  failed: number;
}

/** Starts a fastify server in a process group of its own. Each request is a task that takes `workMs`. */
async function startServer(method: StartMethodName, { timeoutMs, workMs }: { timeoutMs: number; workMs: number }) {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-drain-"));
  const file = join(folder, "server.mjs");
  writeFileSync(
    file,
    `import { getContext } from ${runtime};
     import fastify from ${JSON.stringify(import.meta.resolve("fastify"))};
     const { Pool } = getContext(${JSON.stringify(method)});
     const pool = new Pool({ processes: 2 });
     const work = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); return "done"; };
     await Promise.all([1, 2].map(() => pool.apply(work, [50])));
     const server = fastify();
     let accepted = 0;
     server.get("/", async () => {
       console.log("accepted", ++accepted);
       await new Promise((resolve) => setImmediate(resolve));
       return pool.apply(work, [${workMs}]);
     });
     pool.drainOnSignals(["SIGTERM", "SIGINT"], { timeoutMs: ${timeoutMs}, before: () => server.close() });
     console.log("url", await server.listen({ port: 0, host: "127.0.0.1" }));`,
  );
  const args = method === "fork" ? [command, "run", file] : [file];
  const child: ChildProcess = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const counts: Counts = { ok: 0, failed: 0 };
  let accepted = 0;
  let err = "";
  child.stderr?.on("data", (piece) => {
    err += piece;
  });
  const stuck = setTimeout(() => process.kill(-(child.pid as number), "SIGKILL"), 200_000);
  const ended = new Promise<{ code: number | null; accepted: number; err: string }>((resolve) => {
    child.once("close", (code) => {
      clearTimeout(stuck);
      rmSync(folder, { recursive: true });
      resolve({ code, accepted, err });
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const [what, value = ""] = line.split(" ");
      if (what === "url") resolve(value);
      else accepted = Number(value);
    });
    void ended.then(() => reject(new Error(`the server did not start: ${err}`)));
  });
  return { child, url, counts, ended, accepted: () => accepted };
}

/** Sends one request after another, each on a connection of its own, until the server accepts none. */
async function requestUntilClosed(url: string, counts: Counts): Promise<void> {
  for (;;) {
    const status = await new Promise<number>((resolve) => {
      const request = get(url, { agent: false }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
        response.on("error", () => resolve(0));
      });
      request.on("error", () => resolve(0));
    });
    if (status === 0) return;
    // fastify answers 503 to a request that arrives while it closes; it accepts that request no more.
    if (status === 200) counts.ok += 1;
    else if (status !== 503) counts.failed += 1;
  }
}
