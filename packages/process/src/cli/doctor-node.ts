import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Streams } from "../command/command.ts";
import { forkReadyOptions } from "../posix/fork/exec-fork-ready.ts";
import type { InternalCheck } from "../posix/node-internals/internal-check.ts";
import { programUrl } from "../start/child/program-url.ts";

const longestRunMs = 60_000;

/**
 * `manyhands doctor --node [--json]`: examines the private and undocumented parts of Node that this package uses,
 * which `INTERNALS.md` lists.
 *
 * @returns the exit code: 0; 1 when a part is not as expected.
 */
export function doctorNode(isJson: boolean, { stdout }: Streams): number {
  const checks = examineNode();
  if (isJson) stdout.write(`${JSON.stringify(checks, null, 2)}\n`);
  else {
    const width = Math.max(...checks.map(({ name }) => name.length));
    stdout.write(`Node ${process.version} on ${process.platform} ${process.arch}\n`);
    for (const { name, ok, detail } of checks) {
      stdout.write(`${ok ? "ok  " : "FAIL"}  ${name.padEnd(width)}  ${detail}\n`);
    }
  }
  return checks.every(({ ok }) => ok) ? 0 : 1;
}

function examineNode(): InternalCheck[] {
  const args = [...forkReadyOptions, fileURLToPath(programUrl("node-checks"))];
  const ended = spawnSync(process.execPath, args, { encoding: "utf8", timeout: longestRunMs });
  const lines = (ended.stdout ?? "").split("\n").filter((line) => line !== "");
  const checks = lines.map((line) => JSON.parse(line) as InternalCheck);
  if (ended.status === 0) return checks;
  const how = ended.error?.message ?? (ended.signal === null ? `exit code ${ended.status}` : `signal ${ended.signal}`);
  const detail = `the checks ended early, ${how}: ${(ended.stderr ?? "").trim().split("\n").at(-1)}`;
  return [...checks, { name: "all parts", ok: false, detail }];
}
