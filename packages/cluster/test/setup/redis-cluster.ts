import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect } from "vitest";
import { TestRedis } from "./redis.ts";

/** The number of hash slots of a Redis Cluster. */
const slots = 16_384;

/** A node of a Redis Cluster, with a connection for what an operator does. */
export interface TestNode {
  readonly server: TestRedis;
  readonly admin: Redis;
}

/** A Redis Cluster of three primaries, one of which has a replica: the one with the keys of the tests' cluster. */
export class TestRedisCluster {
  readonly #folder = mkdtempSync(join(tmpdir(), "manyhands-redis-cluster-"));
  #nodes: TestNode[] = [];

  static async start(tag: string): Promise<TestRedisCluster> {
    const cluster = new TestRedisCluster();
    const primaries = await Promise.all([0, 1, 2].map(() => cluster.#startNode()));
    const share = Math.ceil(slots / primaries.length);
    for (const [i, { admin }] of primaries.entries()) {
      const last = Math.min(slots, (i + 1) * share) - 1;
      await admin.call("CLUSTER", "ADDSLOTSRANGE", String(i * share), String(last));
    }
    const replica = await cluster.#startNode();
    const [first] = primaries as [TestNode];
    for (const { server } of cluster.#nodes) await first.admin.cluster("MEET", "127.0.0.1", server.port);
    for (const { admin } of cluster.#nodes) await expect.poll(() => admin.cluster("INFO")).toMatch(/_known_nodes:4/);
    const owner = primaries[Math.floor(Number(await first.admin.cluster("KEYSLOT", tag)) / share)] as TestNode;
    await replica.admin.cluster("REPLICATE", String(await owner.admin.cluster("MYID")));
    for (const { admin } of cluster.#nodes) await expect.poll(() => admin.cluster("INFO")).toMatch(/_state:ok/);
    await expect.poll(() => replica.admin.info("replication")).toContain("master_link_status:up");
    cluster.#nodes = [owner, ...primaries.filter((node) => node !== owner), replica];
    return cluster;
  }

  /** The node with the keys. */
  get owner(): TestNode {
    return this.#nodes[0] as TestNode;
  }

  /** The others: its replica is the last one. */
  get others(): readonly TestNode[] {
    return this.#nodes.slice(1);
  }

  async end(): Promise<void> {
    for (const { admin } of this.#nodes) admin.disconnect();
    await Promise.all(this.#nodes.map(({ server }) => server.kill()));
    rmSync(this.#folder, { recursive: true });
  }

  async #startNode(): Promise<TestNode> {
    const folder = mkdtempSync(join(this.#folder, "node-"));
    const flags = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--dir", folder];
    const server = await TestRedis.start({ args: flags });
    const node = { server, admin: new Redis(server.url).on("error", () => {}) };
    this.#nodes.push(node);
    return node;
  }
}
