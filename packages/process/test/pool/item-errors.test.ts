import { getAllStartMethods, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { chunkErrors, itemErrors } from "../fixture/item-errors.js";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";
import { expectNothingLeft } from "./job.ts";

const url = JSON.stringify(new URL("../fixture/item-errors.js", import.meta.url).href);

/** Runs a function of the fixture: for `fork` in a program of its own, since vitest cannot be forked. */
async function run(name: "itemErrors" | "chunkErrors", startMethod: StartMethodName): Promise<unknown> {
  if (startMethod !== "fork") return name === "itemErrors" ? itemErrors(startMethod) : chunkErrors(startMethod);
  const { out, err } = await runForkReady(
    `import { ${name} } from ${url}; console.log(JSON.stringify(await ${name}("fork")));`,
  );
  return JSON.parse(out[0] ?? JSON.stringify(err));
}

const methods: StartMethodName[] = [...getAllStartMethods(), ...(canFork ? (["fork"] as const) : [])];

describe.each(methods)("errors of a pool on %s", (startMethod) => {
  it("the error of an item names its index, for every kind of call and chunk size", async () => {
    expect(await run("itemErrors", startMethod)).toEqual([]);
    await expectNothingLeft();
  });

  it("the error of a whole chunk names its items, and no index", async () => {
    expect(await run("chunkErrors", startMethod)).toEqual([
      "repeated: itemIndex 0, path items[0].big.bad, in item 0 of map(identity)",
      // Both chunks fail, on two workers: the first answer wins.
      expect.stringMatching(/^not loaded: itemIndex none, path none, in items (0 to 2|3 to 5) of map\(unloadable\)$/),
      "crashed: itemIndex none, path none, in items 3 to 5 of map(exitAt4)",
      "crashed alone: itemIndex 4, path none, in item 4 of map(exitAt4)",
      "imap: itemIndex none, path none, in items 0 to 1 of imap(exitAt4)",
    ]);
    await expectNothingLeft();
  });
});
