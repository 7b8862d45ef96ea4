import { readFileSync } from "node:fs";
import { ClusterError, cluster } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { keyFile, task } from "./setup/scene.ts";
import { TestWorker } from "./setup/worker-program.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
/** The rules of the account that the README shows, without its name and its password. */
const rules = (/ACL SETUSER \S+ on '>PASSWORD' ([^`]*)```/.exec(readme)?.[1] ?? "").match(/[^\s\\']+/g) ?? [];

describe.skipIf(serverProgram === undefined)("the account of the README", () => {
  let redis: TestRedis;
  let admin: Redis;
  let account: Redis;
  const url = () => redis.url.replace("//", "//someone:secret@");
  beforeAll(async () => {
    redis = await TestRedis.start();
    admin = new Redis(redis.url);
    await admin.call("ACL", "SETUSER", "someone", "on", ">secret", ...rules);
    account = new Redis(url(), { lazyConnect: true });
  });
  afterAll(async () => {
    account.disconnect();
    admin.disconnect();
    await redis.kill();
  });

  it("suffices for calls, large values, seats that are left to others, and the end of a worker program", async () => {
    const authKey = "the key of this cluster";
    const other = await TestWorker.start(url(), "--cores", "1", "--auth-key-file", keyFile("another key of 16 bytes"));
    const flags = ["--cores", "2", "--auth-key-file", keyFile(authKey)];
    const worker = await TestWorker.start(url(), ...flags);
    const pool = new Pool({ processes: 3, engine: cluster(url(), { authKey, leaseMs: 2000 }) });
    expect(await pool.map(task("double"), [1, 2, 3] as never)).toEqual([2, 4, 6]);
    expect(await pool.apply(task("lengthWith"), [new Uint8Array(2_000_000), 1] as never)).toBe(2_000_001);
    await expect.poll(() => other.output).toContain("is left to other worker programs");
    pool.close();
    await pool.join();
    await Promise.all([worker, other].map((each) => each.stop("SIGTERM")));
    for (const { output } of [worker, other]) expect(output).not.toMatch(/NOPERM|secret/);
    // What it refused were commands that the libraries try, and go on without.
    const log = (await admin.call("ACL", "LOG")) as unknown[][];
    expect(log.map((entry) => entry[entry.indexOf("object") + 1])).toEqual(
      expect.toSatisfy((objects: string[]) => objects.every((object) => /^(?:client|config)\|/.test(object))),
    );
  });

  it("has no command that the cluster does not use", async () => {
    const stats = await admin.info("commandstats");
    const used = new Set([...stats.matchAll(/^cmdstat_(\S+?):/gm)].map(([, name]) => name));
    for (const rule of rules) {
      const [, category, command] = /^\+(?:@(\w+)|(\S+))$/.exec(rule) ?? [];
      if (command !== undefined) expect([command, used.has(command)]).toEqual([command, true]);
      if (category === undefined) continue;
      const commands = ((await admin.call("ACL", "CAT", category)) as string[]).filter((name) => used.has(name));
      expect([category, commands.length > 0]).toEqual([category, true]);
    }
  });

  it.each([
    "GET other",
    "SET other 1",
    "DEL mh:{other}:client:1",
    "EVAL return(redis.call('get','other')) 0",
    "KEYS *",
    "SCAN 0",
    "DBSIZE",
    "FLUSHALL",
    "CONFIG GET *",
    "ACL LIST",
    "CLIENT LIST",
    "SCRIPT FLUSH",
    "FUNCTION LIST",
    "PUBLISH channel text",
    "MONITOR",
    "SHUTDOWN",
    "REPLICAOF NO ONE",
  ])("may not: %s", async (line) => {
    const [command, ...args] = line.split(" ");
    await expect(account.call(command as string, ...args)).rejects.toThrow(/NOPERM|No permissions|can't access/i);
  });

  it("is named in the error when it is missing, or has another password", async () => {
    await admin.call("ACL", "SETUSER", "default", "resetpass");
    for (const wrong of [redis.url, redis.url.replace("//", "//someone:wrong@")]) {
      const worker = TestWorker.launch(wrong);
      expect(await worker.ended()).toBe(1);
      expect(worker.output).toMatch(/it refuses this account with "(?:NOAUTH|WRONGPASS).*give an account in the URL/);
      await using pool = new Pool({ processes: 1, engine: cluster(wrong) });
      const error = await pool.apply(task("double"), [1] as never).catch((reason) => reason);
      expect(error).toBeInstanceOf(ClusterError);
      expect(error.message).toMatch(/it refuses this account with "(?:NOAUTH|WRONGPASS).*give an account in the URL/);
    }
  });
});
