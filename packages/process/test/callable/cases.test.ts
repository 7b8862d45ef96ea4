import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";
import { describe, expect, it } from "vitest";
import { cases } from "../fixture/callable/cases.js";

interface CaseOutcome {
  readonly value?: unknown;
  readonly made?: unknown;
  readonly refused?: string;
  readonly error?: string;
  readonly message?: string;
}
interface ExpectedOutcome {
  readonly refused?: RegExp;
  readonly error?: string;
  readonly message?: RegExp;
  readonly gives?: unknown;
  readonly thread?: unknown;
}

const program = fileURLToPath(new URL("../fixture/callable/run-cases.js", import.meta.url));

function run(startMethod: string): Promise<CaseOutcome[]> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, startMethod], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(stderr, { cause: error }));
      else resolve(deserialize(Buffer.from(stdout, "base64")) as CaseOutcome[]);
    });
  });
}

describe.each(["thread", "spawn"])("a function started by %s", (startMethod) => {
  const outcomes = run(startMethod);

  it.each((cases as [string, unknown, unknown[], unknown][]).map((row, index) => [row[0], index] as const))(
    "%s",
    async (name, index) => {
      const expected = (cases as unknown[][])[index]?.[3];
      const outcome = (await outcomes)[index] as CaseOutcome;
      const special = isExpected(expected) ? expected : undefined;
      if (special === undefined) expect(outcome).toEqual({ value: expected });
      else if (special.thread !== undefined && startMethod === "thread")
        expect(outcome).toEqual({ value: special.thread });
      else if (special.refused) {
        expect(outcome.refused, name).toMatch(special.refused);
      } else if (special.error) {
        expect(outcome.error).toBe(special.error);
        expect(outcome.message).toMatch(special.message as RegExp);
      } else expect(outcome).toEqual({ made: special.gives });
    },
  );
});

function isExpected(value: unknown): value is ExpectedOutcome {
  return typeof value === "object" && value !== null && ("refused" in value || "error" in value || "gives" in value);
}
