import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { TestWorker } from "./setup/worker-program.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
/** The text of the program with a name. */
const program = (name: string) =>
  new RegExp(`\`\`\`javascript\n// ${name}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] as string;

describe.skipIf(serverProgram === undefined)("what the README shows", () => {
  // In a workspace, so that the program finds the packages by name as a user's program does.
  const folder = mkdtempSync(join(import.meta.dirname, ".readme-"));
  let redis: TestRedis;
  let worker: TestWorker | undefined;
  beforeEach(async () => {
    redis = await TestRedis.start();
  });
  afterEach(async () => {
    await worker?.stop();
    await redis.kill();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("works in two terminals, in one folder", async () => {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "job.js"), program("job.js"));
    writeFileSync(join(folder, "main.js"), program("main.js").replace("redis://127.0.0.1:6379", redis.url));
    worker = await TestWorker.start(redis.url, "--cores", "2", "--root", folder);
    const { stdout } = await promisify(execFile)(process.execPath, ["main.js"], { cwd: folder });
    expect(stdout).toContain("[ false, true, true, false, true ]");
    expect(stdout).toContain(`of ${hostname()}\n`);
  });
});
