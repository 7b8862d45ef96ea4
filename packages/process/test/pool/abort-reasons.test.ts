import { getAllStartMethods, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { abortWithReasons } from "../fixture/abort-reasons.js";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";
import { expectNothingLeft } from "./job.ts";

const methods: StartMethodName[] = [...getAllStartMethods(), ...(canFork ? (["fork"] as const) : [])];
const url = JSON.stringify(new URL("../fixture/abort-reasons.js", import.meta.url).href);

/** Runs the fixture: for `fork` in a program of its own, since vitest cannot be forked. */
async function run(startMethod: StartMethodName): Promise<unknown> {
  if (startMethod !== "fork") return abortWithReasons(startMethod);
  const { out, err } = await runForkReady(
    `import { abortWithReasons } from ${url}; console.log(JSON.stringify(await abortWithReasons("fork")));`,
  );
  return JSON.parse(out[0] ?? JSON.stringify(err));
}

describe.each(methods)("reasons of an abort on %s", (startMethod) => {
  it("a task stops and the call rejects with the reason, also when the reason cannot be sent", async () => {
    const { seen, died } = (await run(startMethod)) as { seen: Record<string, unknown[]>; died: number };
    expect(Object.keys(seen)).toHaveLength(11);
    for (const [name, outcome] of Object.entries(seen))
      expect({ [name]: outcome }).toEqual({ [name]: ["its reason", "stopped", 2] });
    expect(died).toBe(0);
    await expectNothingLeft();
  });
});
