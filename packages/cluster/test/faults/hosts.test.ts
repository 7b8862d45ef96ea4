import { hostname } from "node:os";
import { WorkerDiedError } from "@manyhands/process";
import { describe, it } from "vitest";
import { mayMakeHosts, TestHost } from "../setup/host.ts";
import { isFaultTested } from "../setup/redis.ts";
import { freshFile, isAlive, keyFile, linesOf, setUp, shortLease, task } from "../setup/scene.ts";

const authKey = "the key of both machines";
if (!mayMakeHosts) console.log("no network namespaces: the tests of a cluster on several hosts are skipped");

describe.runIf(isFaultTested && mayMakeHosts)("a pool on a cluster of two hosts", () => {
  it("runs on both, loses the one whose line is cut, and gets it back", async (context) => {
    const hosts = [new TestHost(1), new TestHost(2)];
    context.onTestFinished(() => {
      for (const host of hosts) host.remove();
    });
    const addresses = hosts.map(({ gateway }) => gateway);
    const bound = ["--bind", `127.0.0.1 ${addresses.join(" ")}`, "--protected-mode", "no"];
    const { expect, redis, startWorkerBy, makePoolAt } = await setUp(context, { args: bound });
    const key = keyFile(authKey);
    const startWorker = ({ node, gateway, root }: TestHost) => {
      const url = `redis://${gateway}:${redis.port}`;
      return startWorkerBy(node, url, "--auth-key-file", key, "--root", root, ...shortLease);
    };
    const pool = makePoolAt(redis.url, { processes: 2 }, { authKey });
    await Promise.all(hosts.map(startWorker));

    const files = [freshFile(), freshFile()];
    const lost = files.map((file) =>
      pool.apply(task("noteAndWait"), [file, "/never", 1] as never).catch((error) => error),
    );
    await expect.poll(() => files.flatMap(linesOf)).toHaveLength(2);
    const found = pool.stats().workers.map(({ host }) => host);
    expect(found.sort()).toEqual(["machine-1", "machine-2"]);
    expect(found).not.toContain(hostname());

    hosts[0]?.cut();
    const first = await Promise.race(lost);
    expect(first).toBeInstanceOf(WorkerDiedError);
    expect(first).toMatchObject({ host: "machine-1" });
    // The processes of the host that is cut off end, though nothing reaches it.
    const pids = files.flatMap(linesOf).map(Number);
    await expect.poll(() => pids.filter(isAlive)).toHaveLength(1);
    const again = pool.map(task("double"), [1, 2, 3] as never);
    hosts[0]?.restore();
    expect(await again).toEqual([2, 4, 6]);
    await expect
      .poll(() =>
        pool
          .stats()
          .workers.map(({ host }) => host)
          .sort(),
      )
      .toEqual(["machine-1", "machine-2"]);
  });
});
