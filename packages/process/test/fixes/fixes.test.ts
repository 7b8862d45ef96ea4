import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { callTries } from "./call-tries.ts";
import { captureTries } from "./capture-tries.ts";
import { commandTries } from "./command-tries.ts";
import { connectionTries } from "./connection-tries.ts";
import { managerTries } from "./manager-tries.ts";
import { memoryTries } from "./memory-tries.ts";
import { collectFixes } from "./messages.ts";
import { programTries } from "./program-tries.ts";
import { supervisorTries } from "./supervisor-tries.ts";
import { targetTries } from "./target-tries.ts";
import { triedElsewhere } from "./tried-elsewhere.ts";
import { untried } from "./untried.ts";

const fixes = collectFixes();
const tries = {
  ...callTries,
  ...captureTries,
  ...commandTries,
  ...connectionTries,
  ...managerTries,
  ...memoryTries,
  ...programTries,
  ...supervisorTries,
  ...targetTries,
};
const known = [...Object.keys(tries), ...Object.keys(triedElsewhere), ...Object.keys(untried)];

describe("the fixes that messages name", () => {
  it("are tried, here or by another test", () => {
    // Write a try, or name the test that does what the message says.
    expect(fixes.filter((fix) => !known.includes(fix))).toEqual([]);
  });

  it("are in a message, and listed once", () => {
    expect(known.filter((fix) => !fixes.includes(fix))).toEqual([]);
    expect(known.filter((fix, i) => known.indexOf(fix) !== i)).toEqual([]);
  });

  it.each(Object.entries(triedElsewhere))("are tried by the test that is named: %s", (_, [file, title]) => {
    expect(readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), "utf8")).toContain(`"${title}"`);
  });
});

describe("the fix works", () => {
  it.each(Object.entries(tries))("%s", async (fix, run) => {
    await run(fix);
  });
});
