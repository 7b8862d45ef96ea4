import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { measureCommands } from "../../src/measure/machine/measure-commands.ts";

it("measureCommands drops the current round, without an error, when it is aborted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const gate = join(folder, "gate");
  spawnSync("mkfifo", [gate]);
  const abort = new AbortController();
  const measured = measureCommands("true", `cat ${gate}; exit 130`, { rounds: 100, signal: abort.signal });
  // Opens when the command opens the other end. The command then reads until this end is closed.
  const writeEnd = await open(gate, "w");
  abort.abort();
  await writeEnd.close();
  expect((await measured).ratio.pairs).toBe(0);
  rmSync(folder, { recursive: true });
});

it("measureCommands names a command that fails, and its signal", async () => {
  await expect(measureCommands("true", "kill -9 $$")).rejects.toThrow('"kill -9 $$" ended with SIGKILL');
});
