import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { TestWorker } from "./setup/worker-program.ts";

const run = promisify(execFile);
/** The folder of the package.json that is nearest to the clients' script. */
const root = fileURLToPath(new URL("..", import.meta.url));
const client = fileURLToPath(new URL("fixture/crossing-client.js", import.meta.url));
/** The programs of Node of other release lines, and this one. */
const nodes = [process.execPath, ...(process.env.MANYHANDS_NODES?.split(delimiter).filter(Boolean) ?? [])];
if (nodes.length === 1) console.log("MANYHANDS_NODES names no other Node: values cross from this one to itself only");

describe.skipIf(serverProgram === undefined)("values and errors between versions of Node", () => {
  let redis: TestRedis;
  let workers: TestWorker[];
  const names: string[] = [];
  beforeAll(async () => {
    redis = await TestRedis.start();
    for (const node of nodes) {
      const { stdout } = await run(node, ["--print", "process.versions.node.split('.')[0]"]);
      names.push(`node-${stdout.trim()}`);
    }
    const flags = ["--cores", String(nodes.length), "--start-method", "thread", "--allow-code", "--root", root];
    workers = nodes.map((node, i) => TestWorker.launchBy([node], redis.url, ...flags, "--name", names[i] as string));
    await Promise.all(workers.map((worker) => worker.isServing()));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop("SIGTERM")));
    await redis.kill();
  });

  it("arrive as they were from each at each, and back", async () => {
    const outputs = nodes.map((node) => run(node, [client, redis.url, ...names]));
    for (const { stdout } of await Promise.all(outputs)) expect(JSON.parse(stdout)).toEqual([]);
  });
});
