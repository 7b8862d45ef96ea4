import { expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

const head = `
  import { existsSync } from "node:fs";
  import { dirname } from "node:path";
  import { setFlagsFromString } from "node:v8";
  import { runInNewContext } from "node:vm";
  import { getContext, Listener, ps } from "RUNTIME";
  const { Manager, Pool, Process, ProcessPoolExecutor, Queue } = getContext("fork");
  const start = (target) => new Process(target).start();
  const failure = async (call) => { try { await call(); return "none"; } catch ({ name, message }) { return name + ": " + message.replaceAll(/\\d+/g, "N"); } };
`;

it.runIf(canFork)("a forked child is not warned of pools, executors and queues that it inherits", async () => {
  const { out, err } = await runForkReady(`${head}
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc");
    let collected = 0;
    const registry = new FinalizationRegistry(() => { collected += 1; });
    // In a function, whose frame does not keep them.
    const make = () => {
      const made = [new Pool(1), new ProcessPoolExecutor(1), new Queue()];
      for (const each of made) registry.register(each);
      return made;
    };
    let inherited = make();
    globalThis.collect = async () => { inherited = []; while (collected < 3) { gc(); await new Promise((done) => setTimeout(done, 1)); } return collected; };
    console.log(await start(() => globalThis.collect()).result());
    const inWorker = new Pool(1);
    console.log(await inWorker.apply(() => globalThis.collect()));
    for (const pool of [inWorker, inherited[0]]) await pool[Symbol.asyncDispose]();`);
  expect(out).toEqual(["3", "3"]);
  expect(err).toBe("");
});

it.runIf(canFork)("a forked child cannot use or end its parent's pools, executors, children and managers", async () => {
  const { out, err } = await runForkReady(`${head}
    const pool = new Pool(1), executor = new ProcessPoolExecutor(1), manager = await new Manager().start();
    const running = start(() => new Promise((done) => setInterval(done, 60_000))), unstarted = new Process(() => {});
    const calls = {
      apply: () => pool.apply(() => {}), map: () => pool.map(() => {}, [1]), close: () => pool.close(), terminate: () => pool.terminate(),
      dispose: () => pool[Symbol.asyncDispose](), submit: () => executor.submit(() => {}), shutdown: () => executor.shutdown(),
      killWorkers: () => executor.killWorkers(), join: () => running.join(), kill: () => running.kill(), start: () => unstarted.start(),
      shutdownManager: () => manager.shutdown(), disposeManager: () => manager[Symbol.asyncDispose](),
    };
    const names = Object.keys(calls);
    const child = start(async () => {
      const failures = [];
      for (const name of names) failures.push(name + " " + await failure(calls[name]));
      return [failures, running.parentPid, (await ps())[0].tasks];
    });
    const [failures, parentPid, tasks] = await child.result();
    for (const each of failures) console.log(each);
    console.log(parentPid === process.pid, tasks);
    console.log(await pool.apply(() => "works"), await executor.submit(() => "works"), running.isAlive, await manager.objectCount());
    running.kill();
    await pool[Symbol.asyncDispose](), await executor.shutdown(), await manager.shutdown();`);
  expect(err).toBe("");
  const refused = (verb: string) =>
    `ProcessStateError: Cannot ${verb}: process N made it, and this process is a fork of that one; make a new`;
  expect(out).toEqual([
    `apply ${refused("run apply of Pool-N")} one here`,
    `map ${refused("run map of Pool-N")} one here`,
    `close ${refused("close Pool-N")} one here`,
    `terminate ${refused("terminate Pool-N")} one here`,
    `dispose ${refused("terminate Pool-N")} one here`,
    `submit ${refused("run submit of ProcessPoolExecutor-N")} one here`,
    `shutdown ${refused("close ProcessPoolExecutor-N")} one here`,
    `killWorkers ${refused("terminate ProcessPoolExecutor-N")} one here`,
    `join ${refused("join Process-N")} Process here`,
    `kill ${refused("kill Process-N")} Process here`,
    `start ${refused("start Process-N")} Process here`,
    "shutdownManager ProcessStateError: Cannot shut down a manager: this instance did not start it, call shutdown() where it was started",
    "disposeManager none",
    "true null",
    "works works true 0",
  ]);
});

it.runIf(canFork)("a forked child removes the folder of its listener, also when its parent has one", async () => {
  const { out } = await runForkReady(`${head}
    const listener = await new Listener().ready;
    const own = start(async () => { const listener = await new Listener().ready; listener.keepAlive(false); return listener.address; });
    const address = await own.result();
    await own.join();
    console.log(existsSync(dirname(address)), existsSync(dirname(listener.address)));
    listener.close();`);
  expect(out).toEqual(["false true"]);
});
