import { describe, it } from "vitest";
import { isFaultTested } from "../setup/redis.ts";
import { setUp, task, threads } from "../setup/scene.ts";

/** How much more memory counts as none, in bytes: a server keeps buffers of some KB for its connections. */
const noiseBytes = 100_000;

describe.runIf(isFaultTested)("a pool on a cluster", () => {
  it("leaves the memory of its Redis where it was after 100 000 items", async (context) => {
    const { expect, admin, startWorker, makePool } = await setUp(context);
    await startWorker(...threads);
    const pool = makePool();
    const items = Array.from({ length: 100_000 }, (_, i) => i);
    const usedBytes = async () => Number(/^used_memory:(\d+)/m.exec(await admin.info("memory"))?.[1]);
    const keys = async () => (await admin.keys("*")).sort();
    expect(await pool.map(task("double"), items.slice(0, 1000) as never)).toHaveLength(1000);
    const [bytesBefore, keysBefore] = [await usedBytes(), await keys()];
    expect(await pool.map(task("double"), items as never)).toEqual(items.map((x) => 2 * x));
    await expect.poll(async () => (await usedBytes()) - bytesBefore).toBeLessThan(noiseBytes);
    await expect.poll(keys).toEqual(keysBefore);
  });
});
