import { writeFileSync } from "node:fs";
import { WorkerDiedError } from "@manyhands/process";
import { describe, it } from "vitest";
import { isFaultTested } from "../setup/redis.ts";
import {
  faultTask,
  freshFile,
  isAlive,
  killDuringTask,
  leaseMs,
  linesOf,
  setUp,
  shortLease,
  slackMs,
  task,
  threads,
} from "../setup/scene.ts";

describe.runIf(isFaultTested)("a pool on a cluster", () => {
  it.concurrent("reports the task of a killed machine as lost within the lease and a second, and runs the next elsewhere", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const worker = await startWorker(...shortLease, ...threads);
    const pool = makePool();
    const [file, until] = [freshFile(), freshFile()];
    const lost = pool.apply(task("noteAndWait"), [file, until, 1] as never).catch((error) => error);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    worker.signal("SIGKILL");
    const killedAt = performance.now();
    const error = await lost;
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + 1000 + slackMs);
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error.message).toMatch(
      / on \S+\) was lost while it had apply\(noteAndWait\), which may have run: .*its lease ended/,
    );
    expect(linesOf(file)).toHaveLength(1);
    await startWorker(...threads);
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
    expect(pool.stats()).toMatchObject({ died: 1, state: "open" });
  });

  it.concurrent("runs the task of a killed machine again with retry", async (context) => {
    const scene = await setUp(context);
    const { expect, startWorker, makePool } = scene;
    const worker = await startWorker(...shortLease, ...threads);
    const pool = makePool();
    await killDuringTask(scene, worker, pool);
    expect(pool.stats()).toMatchObject({ died: 1, retried: 1 });
  });

  it.concurrent("runs the task of a killed machine again on a processor that an idle pool gives back", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const worker = await startWorker(...shortLease);
    const pool = makePool();
    const file = freshFile();
    const call = pool.apply(task("waitOnce"), [file] as never, { retry: { attempts: 2 } });
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    await startWorker();
    const idle = makePool();
    expect(await idle.apply(task("double"), [4] as never)).toBe(8);
    worker.signal("SIGKILL");
    expect(await call).toBe("again");
    expect(idle.stats()).toMatchObject({ died: 0, recycled: 1 });
  });

  it.concurrent("goes on when all machines are killed and another one comes", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const workers = await Promise.all([startWorker(...shortLease), startWorker(...shortLease)]);
    const pool = makePool({ processes: 2 });
    const files = [freshFile(), freshFile()];
    const lost = files.map((file) =>
      pool.apply(task("noteAndWait"), [file, "/never", 1] as never).catch((error) => error),
    );
    await expect.poll(() => files.flatMap(linesOf)).toHaveLength(2);
    const queued = pool.map(task("double"), [1, 2, 3] as never);
    for (const worker of workers) worker.signal("SIGKILL");
    for (const error of await Promise.all(lost)) expect(error).toBeInstanceOf(WorkerDiedError);
    await startWorker(...threads);
    expect(await queued).toEqual([2, 4, 6]);
    // The processes of a killed worker program notice its end.
    await expect.poll(() => files.flatMap(linesOf).map(Number).filter(isAlive)).toEqual([]);
  });

  it.concurrent("loses a machine that is suspended for longer than its lease, whose process is ended when it goes on", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const worker = await startWorker(...shortLease);
    const pool = makePool();
    const [file, until] = [freshFile(), freshFile()];
    const lost = pool.apply(task("noteAndWait"), [file, until, 1] as never).catch((error) => error);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    worker.signal("SIGSTOP");
    expect(await lost).toBeInstanceOf(WorkerDiedError);
    worker.signal("SIGCONT");
    await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
    // It serves again.
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
  });

  it.concurrent("gives up a task that ends its worker in each attempt, on two machines, and goes on", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    await Promise.all([startWorker(), startWorker()]);
    const pool = makePool({ processes: 2 });
    const file = freshFile();
    const others = pool.map(task("double"), Array.from({ length: 200 }, (_, i) => i) as never, { chunkSize: 1 });
    const error = await pool
      .apply(task("exitAlways"), [file] as never, { retry: { attempts: 3 } })
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error.message).toContain("Gave up apply(exitAlways) after 3 attempts");
    expect(error.exitCode).toBe(9);
    expect(linesOf(file)).toHaveLength(3);
    expect(await others).toHaveLength(200);
    expect(pool.stats()).toMatchObject({ died: 3, retried: 2 });
  });

  it.concurrent("gives up a task that kills its worker program in each attempt, and goes on", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const spawn = ["--start-method", "spawn", ...shortLease];
    const workers = await Promise.all([startWorker(...spawn), startWorker(...spawn)]);
    const pool = makePool();
    const file = freshFile();
    const error = await pool
      .apply(faultTask("killMachine"), [file] as never, { retry: { attempts: 2 } })
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error.message).toContain("Gave up apply(killMachine) after 2 attempts");
    expect(workers.map(({ hasEnded }) => hasEnded)).toEqual([true, true]);
    await expect.poll(() => linesOf(file).map(Number).filter(isAlive)).toEqual([]);
    expect(linesOf(file)).toHaveLength(2);
    await startWorker(...threads);
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
  });

  it.concurrent("has workers that join in the middle of a map", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    await startWorker(...threads);
    const pool = makePool({ processes: 2 });
    const until = freshFile();
    const [first, second] = [freshFile(), freshFile()];
    const waiting = pool.starmap(
      task("noteAndWait"),
      [
        [first, until, 1],
        [second, until, 2],
      ] as never,
      { chunkSize: 1 },
    );
    await expect.poll(() => linesOf(first)).toHaveLength(1);
    expect(linesOf(second)).toHaveLength(0);
    await startWorker(...threads);
    await expect.poll(() => linesOf(second)).toHaveLength(1);
    writeFileSync(until, "");
    expect(await waiting).toEqual([1, 2]);
  });
});
