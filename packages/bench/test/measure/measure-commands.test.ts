import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { measureCommands } from "../../src/measure/machine/measure-commands.ts";

it("a command that Ctrl-C ends is no failure, and its round does not count", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const gate = join(folder, "gate");
  spawnSync("mkfifo", [gate]);
  const abort = new AbortController();
  const measured = measureCommands("true", `cat ${gate}; exit 130`, { rounds: 100, signal: abort.signal });
  // Opens when the command reads from it, which goes on until it is closed.
  const held = await open(gate, "w");
  abort.abort();
  await held.close();
  expect((await measured).ratio.pairs).toBe(0);
  rmSync(folder, { recursive: true });
});

it("one that fails by itself is named, with how it ended", async () => {
  await expect(measureCommands("true", "kill -9 $$")).rejects.toThrow('"kill -9 $$" ended with SIGKILL');
});
