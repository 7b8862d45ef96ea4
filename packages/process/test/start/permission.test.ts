import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { allMethods } from "../fixture/run-program.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../fixture/permissions.js", import.meta.url));
const command = fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url));
const knows = (option: string) => process.allowedNodeEnvironmentFlags.has(option);

const permits = [
  "--allow-fs-read=*",
  "--allow-fs-write=*",
  "--allow-worker",
  "--allow-child-process",
  "--allow-addons",
];
const missing = permits.map((option) => option.replace(/=.*/, ""));
const later = ["--allow-net", "--allow-inspector"].filter(knows);
const on = knows("--permission") ? "--permission" : "--experimental-permission";

// The files that Node reads before the package can explain anything.
const ownFiles = [
  fileURLToPath(new URL("../../", import.meta.url)),
  fileURLToPath(new URL("../../../../node_modules", import.meta.url)),
];

// What a Process needs; a Lock or a Manager needs more.
const required: Readonly<Partial<Record<StartMethodName, readonly string[]>>> = {
  thread: ["--allow-worker"],
  spawn: ["--allow-child-process"],
  forkserver: ["--allow-child-process", "--allow-addons", "--allow-fs-read", "--allow-net"],
  fork: ["--allow-addons", "--allow-net"],
};

type Outcomes = Readonly<Record<string, string>>;

/** Runs the program with all permissions but one. */
async function without(option: string, method: StartMethodName): Promise<Outcomes | string> {
  const given = [...permits, ...later].filter((permit) => !permit.startsWith(option));
  const files = option === "--allow-fs-read" ? ownFiles.map((path) => `--allow-fs-read=${path}`) : [];
  const args = method === "fork" ? [command, "run", program] : [program];
  try {
    const { stdout } = await run(process.execPath, [on, "--no-warnings", ...given, ...files, ...args, method]);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Outcomes;
  } catch (error) {
    // The command cannot start the program.
    return (error as { stderr: string }).stderr;
  }
}

describe.each(allMethods)('with Node\'s permission model, start method "%s"', (method) => {
  it("works with all permissions", async () => {
    const outcomes = await without("nothing", method);
    const inspected = method === "fork" || knows("--allow-inspector");
    expect(outcomes).toEqual({
      Process: "works",
      Pool: "works",
      Queue: "works",
      Lock: "works",
      SharedMemory: "works",
      Manager: "works",
      "an object of a class": inspected
        ? "works"
        : expect.stringMatching(
            /^ERR_MANYHANDS_CLONE .*; make it in the child, and send the data from which it can be made$/,
          ),
    });
  });

  it.each([...missing, ...later])("names %s where it is missing, or works without it", async (option) => {
    const fix = option.startsWith("--allow-fs") ? `${option}=` : option;
    const outcomes = await without(option, method);
    if (typeof outcomes === "string") {
      expect(method).toBe("fork");
      expect(outcomes).toMatch(/^manyhands: cannot run /);
      expect(outcomes).toContain(fix);
      return;
    }
    for (const [use, text] of Object.entries(outcomes)) {
      // The lines after the first are the stderr of a child.
      const [outcome = ""] = text.split("\n");
      if (outcome === "works") continue;
      expect(outcome, use).toMatch(/^ERR_MANYHANDS_\w+ Cannot .*; \S/);
      expect(outcome, use).not.toMatch(/Access to this API|is restricted/);
      // Objects of classes need the inspector, which Node 20 and 22 never permit.
      if (!use.startsWith("an object of a class")) expect(outcome, use).toContain(fix);
    }
    if (required[method]?.includes(option)) expect(outcomes.Process).toMatch(/^ERR_MANYHANDS_(PERMISSION|FORK) /);
    else expect(outcomes.Process).toBe("works");
  });
});

it("with --no-addons, memory between processes says to leave the option out", async () => {
  const { stdout } = await run(process.execPath, ["--no-addons", "--no-warnings", program, "thread"]);
  const outcomes = JSON.parse(stdout) as Outcomes;
  expect(outcomes.SharedMemory).toMatch(/^ERR_MANYHANDS_PERMISSION .*; start the program without --no-addons$/);
  expect({ ...outcomes, SharedMemory: "works" }).toEqual(
    Object.fromEntries(Object.keys(outcomes).map((use) => [use, "works"])),
  );
});
