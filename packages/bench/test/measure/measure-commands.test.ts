import { expect, it } from "vitest";
import { measureCommands } from "../../src/measure/measure-commands.ts";

it("a command that Ctrl-C ends is no failure, and its round does not count", async () => {
  const abort = new AbortController();
  const options = { rounds: 100, signal: abort.signal };
  const measured = measureCommands("true", "sleep 0.2; exit 130", { ...options });
  setTimeout(() => abort.abort(), 50);
  expect((await measured).ratio.pairs).toBe(0);
});

it("one that fails by itself is named, with how it ended", async () => {
  await expect(measureCommands("true", "kill -9 $$")).rejects.toThrow('"kill -9 $$" ended with SIGKILL');
});
