import { readFileSync, writeFileSync } from "node:fs";
import { ClusterError, cluster } from "@manyhands/cluster";
import { describe, expect, it } from "vitest";
import { hasOpenssl, makeCertificates } from "./setup/certificates.ts";
import { serverProgram } from "./setup/redis.ts";
import { freshFile, keyFile, linesOf, longLease, longLeaseMs, setUp, task } from "./setup/scene.ts";
import { TestSentinel } from "./setup/sentinel.ts";
import { TestWorker } from "./setup/worker-program.ts";

const authKey = "a key that only the cluster has";

it("a cluster on sentinels needs a key, since they may name any machine", () => {
  expect(() => cluster("redis+sentinel://127.0.0.1:26379/primary")).toThrow(
    /without a key, only a Redis on this machine/,
  );
});

describe.skipIf(serverProgram === undefined)("a pool on a Redis that sentinels watch", () => {
  it("goes on when the Redis is killed and its replica takes over", async (context) => {
    const { expect, redis, admin, startReplica, startWorkerAt, makePoolAt } = await setUp(context);
    await startReplica();
    const sentinel = await TestSentinel.start(redis.port);
    context.onTestFinished(() => sentinel.kill());
    // The first one does not answer.
    const url = `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/primary`;
    await startWorkerAt(url, "--auth-key-file", keyFile(authKey), ...longLease);
    const pool = makePoolAt(url, {}, { authKey, leaseMs: longLeaseMs });
    const [file, until] = [freshFile(), freshFile()];
    const running = pool.apply(task("noteAndWait"), [file, until, "finished"] as never);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    // The replica has everything up to here.
    await admin.wait(1, 0);
    await redis.kill();
    const queued = pool.map(task("double"), [1, 2, 3] as never);
    writeFileSync(until, "");
    expect(await running).toBe("finished");
    expect(await queued).toEqual([2, 4, 6]);
    expect(pool.stats().died).toBe(0);
  });

  it("is not used by another name, and both sides report the reason", async (context) => {
    const { expect, redis, makePoolAt } = await setUp(context);
    const sentinel = await TestSentinel.start(redis.port);
    const url = `redis+sentinel://127.0.0.1:${sentinel.port}/other`;
    const worker = TestWorker.launch(url, "--auth-key-file", keyFile(authKey));
    context.onTestFinished(async () => {
      await worker.stop();
      await sentinel.kill();
    });
    const pool = makePoolAt(url, {}, { authKey, seatWaitMs: 1000 });
    const error = await pool.apply(task("double"), [2] as never).catch((reason) => reason);
    expect(error).toBeInstanceOf(ClusterError);
    const reason = "No such master with that name";
    expect(error.message).toContain(reason);
    await expect.poll(() => worker.output).toContain(reason);
  });

  it("gives the sentinels their own password, which no error shows", async (context) => {
    const { expect, redis, startWorkerAt, makePoolAt } = await setUp(context);
    const sentinel = await TestSentinel.start(redis.port, { password: "of-sentinels" });
    context.onTestFinished(() => sentinel.kill());
    const url = (password: string) =>
      `redis+sentinel://127.0.0.1:${sentinel.port}/primary?sentinelPassword=${password}`;
    await startWorkerAt(url("of-sentinels"), "--auth-key-file", keyFile(authKey));
    const pool = makePoolAt(url("of-sentinels"), {}, { authKey });
    expect(await pool.apply(task("double"), [2] as never)).toBe(4);
    const refused = makePoolAt(url("not-theirs"), {}, { authKey, seatWaitMs: 1000 });
    const error = await refused.apply(task("double"), [2] as never).catch((reason) => reason);
    expect(error).toBeInstanceOf(ClusterError);
    expect(error.message).toMatch(/NOAUTH|WRONGPASS/);
    expect(error.message).not.toContain("not-theirs");
  });

  it.runIf(hasOpenssl)("connects to both with TLS", async (context) => {
    const tls = makeCertificates();
    const { expect, redis, startWorkerAt, makePoolAt } = await setUp(context, { tls, takesAnyone: true });
    const sentinel = await TestSentinel.start(redis.port, { tls });
    context.onTestFinished(() => sentinel.kill());
    const url = `rediss+sentinel://127.0.0.1:${sentinel.port}/primary`;
    await startWorkerAt(url, "--auth-key-file", keyFile(authKey), "--tls-ca", tls.ca);
    const pool = makePoolAt(url, {}, { authKey, tls: { ca: readFileSync(tls.ca) } });
    expect(await pool.apply(task("double"), [2] as never)).toBe(4);
  });
});
