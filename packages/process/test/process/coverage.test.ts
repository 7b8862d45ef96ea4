import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allMethods, runProgram } from "../fixture/run-program.ts";

const job = new URL("../fixture/pool-job.js", import.meta.url).href;

// Threads write into the coverage of their process.
describe.each(allMethods.filter((method) => method !== "thread"))("with NODE_V8_COVERAGE, children by %s", (method) => {
  it("write their coverage when they end by themselves, or idle in a pool that is left or closed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "manyhands-coverage-"));
    try {
      const { code, out, err } = await runProgram(
        method,
        `const { Process, Pool, ProcessPoolExecutor } = api;
        const fn = { module: new URL(${JSON.stringify(job)}), name: "whoAmI" };
        const pid = (who) => console.log(who.split("/")[0]);
        const left = new Pool(1);
        pid(await left.apply(fn));
        await left[Symbol.asyncDispose]();
        const closed = new Pool(1);
        pid(await closed.apply(fn));
        closed.close();
        await closed.join();
        const executor = new ProcessPoolExecutor({ maxWorkers: 1 });
        pid(await executor.submit(fn).result());
        await executor.shutdown();
        const child = new Process(fn).start();
        pid(await child.result());
        await child.join();`,
        { NODE_V8_COVERAGE: folder },
      );
      expect({ code, err, children: out.length }).toEqual({ code: 0, err: "", children: 4 });
      const files = readdirSync(folder);
      const covered = out.filter((pid) =>
        files.some(
          (file) => file.startsWith(`coverage-${pid}-`) && readFileSync(join(folder, file), "utf8").includes(job),
        ),
      );
      expect(covered).toEqual(out);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
