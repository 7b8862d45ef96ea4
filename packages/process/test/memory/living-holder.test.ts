import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("../fixture/few-descriptors.js", import.meta.url));

it.skipIf(process.platform !== "linux")(
  "acquireSync() does not take a lock from a running holder when the waiter has no descriptor left",
  async () => {
    const command = `ulimit -n 128; exec "$0" "$1"`;
    const { stdout } = await promisify(execFile)("sh", ["-c", command, process.execPath, program]);
    expect(JSON.parse(stdout)).toEqual({ taken: false, abandoned: false });
  },
);
