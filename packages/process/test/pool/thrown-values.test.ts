import { getAllStartMethods, type StartMethodName } from "@manyhands/process";
import { describe, expect, it, vi } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";
import { thrownOutsideTasks, thrownValues } from "../fixture/thrown-values.js";
import { expectNothingLeft } from "./job.ts";

const methods: StartMethodName[] = [...getAllStartMethods(), ...(canFork ? (["fork"] as const) : [])];
const url = JSON.stringify(new URL("../fixture/thrown-values.js", import.meta.url).href);

/** Runs a function of the fixture: for `fork` in a program of its own, since vitest cannot be forked. */
async function run(name: "thrownValues" | "thrownOutsideTasks", startMethod: StartMethodName): Promise<unknown> {
  if (startMethod !== "fork")
    return name === "thrownValues" ? thrownValues(startMethod) : thrownOutsideTasks(startMethod);
  const { out, err } = await runForkReady(
    `import { ${name} } from ${url}; console.log(JSON.stringify(await ${name}("fork")));`,
  );
  return JSON.parse(out[0] ?? JSON.stringify(err));
}

const unreadable = 'its message cannot be read: that threw "getter"';
/** What every entry reports of each thrown value. */
const expected: Readonly<Record<string, string | RegExp>> = {
  "throw null": "threw null",
  "throw undefined": "threw undefined",
  "throw 0": "threw 0",
  "reject()": "threw undefined",
  "async throw null": "threw null",
  "a generator that throws null": "threw null",
  "an async generator that throws undefined": "threw undefined",
  "an object without a prototype": "threw an object",
  "a proxy whose traps throw": 'MaybeEncodingError: Cannot send error: reading it threw "trap" ERR_MANYHANDS_CLONE',
  "a message whose getter throws": `RangeError: ${unreadable}`,
  "a message whose getter throws null": 'Broken: its message cannot be read: that threw "null"',
  "a message that is no text":
    'RangeError: its message cannot be read: that threw "Cannot convert object to primitive value"',
  "a message that is a symbol": "RangeError: Symbol(s)",
  "a stack whose getter throws": "RangeError: kept",
  "a name whose getter throws": "RangeError: kept",
  "a field and a cause whose getters throw": "RangeError: kept E1",
  "a symbol":
    /^MaybeEncodingError: Cannot send error: Symbol\(thrown\) cannot be copied to another .*; .* ERR_MANYHANDS_CLONE$/,
  "an unresolved promise": /^MaybeEncodingError: Cannot send error: .*Promise.* ERR_MANYHANDS_CLONE$/,
  "a WeakMap": /^MaybeEncodingError: Cannot send error: .*WeakMap.* ERR_MANYHANDS_CLONE$/,
  "a field that is a symbol": "RangeError: kept",
  "a revoked proxy": /^MaybeEncodingError: Cannot send error: reading it threw ".*" ERR_MANYHANDS_CLONE$/,
  "a proxy of an error that refuses changes": "RangeError: kept",
  "a BigInt": "threw 10",
  "a frozen error": "RangeError: kept",
  "a sealed error": "RangeError: kept E1",
  "an error that is its own cause": "RangeError: kept, its own cause",
  "causes in a circle": "RangeError: kept, caused in a circle by inner",
  "an AggregateError": "AggregateError: kept of 3",
  "a DOMException": "DOMException: kept 20",
  "an aborted signal's reason": "DOMException: This operation was aborted 20",
  "a cause whose message throws": `RangeError: kept, cause TypeError: ${unreadable}`,
};

describe.each(methods)("values that are thrown on %s", (startMethod) => {
  it("every entry reports the thrown value, and never success", async () => {
    const seen = (await run("thrownValues", startMethod)) as Record<string, Record<string, string>>;
    const wrong: string[] = [];
    for (const [name, outcomes] of Object.entries(seen)) {
      for (const [entry, outcome] of Object.entries(outcomes)) {
        const wanted = entry === "exit code" ? "1" : entry === "exception()" ? "an error" : expected[name];
        if (wanted instanceof RegExp ? !wanted.test(outcome) : outcome !== wanted)
          wrong.push(`${name}, ${entry}: ${outcome}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(Object.keys(seen)).toEqual(Object.keys(expected));
    await expectNothingLeft();
  });

  it("a pool whose initializer or worker throws null says so", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const [first, late, after] = (await run("thrownOutsideTasks", startMethod)) as string[];
    warned.mockRestore();
    expect(first).toMatch(/^BrokenProcessPoolError: Cannot .* is broken, its initializer threw null /);
    expect(late).toMatch(/^WorkerDiedError: .* exit code 1/);
    expect(after).toBe("returned works");
    await expectNothingLeft();
  });
});
