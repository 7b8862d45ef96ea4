import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ClusterError, type ClusterOptions, cluster } from "@manyhands/cluster";
import { Pool, type PoolOptions, TargetError } from "@manyhands/process";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { packageVersion } from "../src/base/package-version.ts";
import { differencesOf } from "../src/client/differences.ts";
import { hashOfFile, lockFileOf } from "../src/code/program-file.ts";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { repository, TestWorker } from "./setup/worker-program.ts";

const path = "packages/cluster/test/fixture/tasks.js";
const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;
const folder = mkdtempSync(join(tmpdir(), "manyhands-refusal-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes the root of a worker program. @param content of its module; `undefined` for the client's. */
function makeRoot(name: string, content?: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, path, ".."), { recursive: true });
  if (content === undefined) copyFileSync(join(repository, path), join(root, path));
  else writeFileSync(join(root, path), content);
  return root;
}
const same = makeRoot("same");
const stale = makeRoot("stale", "export const double = (x) => 3 * x; export const pid = double;");
const empty = join(folder, "empty");
mkdirSync(empty);

describe.skipIf(serverProgram === undefined)("a worker program that cannot serve a pool", () => {
  let redis: TestRedis;
  const workers: TestWorker[] = [];
  const pools: Pool[] = [];
  const warnings: string[] = [];
  beforeEach(async () => {
    redis = await TestRedis.start();
    warnings.length = 0;
    vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(String(warning)));
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool[Symbol.asyncDispose]()));
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await redis.kill();
    vi.restoreAllMocks();
  });
  const startWorker = async (...flags: string[]) => {
    const worker = await TestWorker.start(redis.url, "--cores", "1", "--start-method", "thread", ...flags);
    workers.push(worker);
    return worker;
  };
  const makePool = (options: PoolOptions, clusterOptions: ClusterOptions = {}) => {
    const pool = new Pool({ processes: 1, engine: cluster(redis.url, clusterOptions), ...options });
    pools.push(pool);
    return pool;
  };

  const withInitializer = { initializer: task("pid") };
  const reasons: [string, () => string[], PoolOptions, string][] = [
    [
      "lacks the module of the initializer",
      () => ["--root", empty],
      withInitializer,
      `its root ${empty}/ has no ${path}, which is below ${repository} on ${hostname()}; start it with --root FOLDER`,
    ],
    [
      "has another version of that module",
      () => ["--root", stale],
      withInitializer,
      `${path} below its root ${stale}/ differs from that below ${repository} on ${hostname()}; install the same`,
    ],
    [
      "takes no code, which the initializer is",
      () => ["--root", same],
      { initializer: () => same },
      "the initializer is code and it takes none; write an export of a module, or start it with --allow-code",
    ],
  ];

  it.each(reasons)(
    "since it %s leaves it to another one, and the client is warned once",
    async (_, flags, options, reason) => {
      const refusing = await startWorker(...flags());
      const pool = makePool(options, { seatWaitMs: 600_000 });
      const call = pool.apply(task("double"), [2] as never);
      // A slow machine emits another one, after 5 s without a worker program.
      const refusals = () => warnings.filter((text) => text.includes("does not serve"));
      await expect.poll(refusals).toHaveLength(1);
      expect(refusals()[0]).toContain(`The cluster "manyhands" at ${redis.url}: a worker program on ${hostname()}`);
      expect(refusals()[0]).toContain(`does not serve this program: ${reason}`);
      await expect.poll(() => refusing.output).toContain(`is left to other worker programs: ${reason}`);
      await startWorker("--allow-code", "--root", same);
      expect(await call).toBe(4);
      expect(refusals()).toHaveLength(1);
    },
  );

  it("ends the pool when it is the only one, without seatWaitMs", async () => {
    const [, flags, options, reason] = reasons[0] as (typeof reasons)[number];
    await startWorker(...flags());
    const error = await makePool(options)
      .apply(task("double"), [2] as never)
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ClusterError);
    expect(error.message).toContain(`serves this program in the cluster "manyhands" at ${redis.url}: the one on`);
    expect(error.message).toContain(reason);
  });

  it("and has joined with another version of a module that others have run leaves the seats to them", async () => {
    await startWorker("--root", same);
    const pool = makePool({ processes: 2 });
    expect(await pool.apply(task("double"), [2] as never)).toBe(4);
    // The second seat was asked for before the function was known.
    pool.resize(1);
    pool.resize(2);
    await startWorker("--root", stale);
    await expect.poll(() => warnings.join()).toContain(`${path} below its root ${stale}/ differs from`);
    expect(await pool.map(task("double"), [1, 2, 3] as never)).toEqual([2, 4, 6]);
  });

  it("fails the first call of a function whose module it has in another version, and names both roots", async () => {
    await startWorker("--root", stale);
    const error = await makePool({})
      .apply(task("double"), [2] as never)
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(TargetError);
    expect(error.message).toBe(
      `Cannot import ${path} on ${hostname()}: it differs in ${stale}/ there and in the client's root, ${repository}; ` +
        "install the same version of the program on both",
    );
  });
});

describe("differencesOf()", () => {
  const node = process.versions.node;
  const here = {
    worker: "w",
    host: "web1",
    root: "/srv/app/",
    node,
    manyhands: packageVersion(),
    lock: null,
    session: "s",
    leaseMs: 1000,
  };

  it("is undefined for the same versions, for another minor version of Node, and for lock files of other tools", () => {
    expect(differencesOf(here, null)).toBeUndefined();
    expect(differencesOf({ ...here, node: `${node.split(".")[0]}.0.0` }, ["yarn.lock", "a"])).toBeUndefined();
    expect(differencesOf({ ...here, lock: ["yarn.lock", "a"] }, ["bun.lock", "b"])).toBeUndefined();
  });

  it("names all differences in one line", () => {
    const other = { ...here, node: "99.0.0", manyhands: "99.1.0", lock: ["yarn.lock", "a"] } as const;
    expect(differencesOf(other, ["yarn.lock", "b"])).toBe(
      `A worker program on web1 differs from this program: @manyhands/cluster is 99.1.0 there and ${packageVersion()} here, ` +
        `Node is 99.0.0 there and ${node} here, yarn.lock of /srv/app/ has another content than here; install the same on both`,
    );
  });

  it("hashOfFile() follows changes of a file", () => {
    const url = pathToFileURL(join(folder, "changing.js")).href;
    expect(hashOfFile(url)).toBeUndefined();
    writeFileSync(join(folder, "changing.js"), "1");
    const first = hashOfFile(url);
    writeFileSync(join(folder, "changing.js"), "12");
    expect(hashOfFile(url)).not.toBe(first);
    writeFileSync(join(folder, "changing.js"), "1");
    expect(hashOfFile(url)).toBe(first);
  });

  it("finds the lock file in a folder above the root", () => {
    writeFileSync(join(folder, "yarn.lock"), "1");
    const before = lockFileOf(`${pathToFileURL(empty).href}/`);
    expect(before?.[0]).toBe("yarn.lock");
    writeFileSync(join(folder, "yarn.lock"), "2");
    expect(lockFileOf(`${pathToFileURL(empty).href}/`)?.[1]).not.toBe(before?.[1]);
  });
});
