import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { WholeLines } from "../../src/start/stdio/whole-lines.ts";

/** A place to write to, and what was written there. */
function place() {
  const written: string[] = [];
  const to = new PassThrough();
  const waiting: ((text: string) => void)[] = [];
  to.on("data", (piece) => {
    written.push(String(piece));
    waiting.shift()?.(String(piece));
  });
  return { to, written, next: () => new Promise<string>((resolve) => waiting.push(resolve)) };
}

it("lines of two that write in pieces are not cut by one another", async () => {
  const { to, written } = place();
  const [one, other] = [new WholeLines(to), new WholeLines(to)];
  one.write(Buffer.from("the one be"));
  other.write(Buffer.from("the other's\nand "));
  one.write(Buffer.from("gins\nand"));
  other.write(Buffer.from("more\n"));
  one.flush();
  one.flush();
  await new Promise(setImmediate);
  expect(written.join("")).toBe("the other's\nthe one begins\nand more\nand");
});

it("a line that is not ended is passed on after a moment, as a prompt must be", async () => {
  const { to, next } = place();
  const shown = next();
  new WholeLines(to).write(Buffer.from("Your name? "));
  expect(await shown).toBe("Your name? ");
});

it("a line without end is not kept in memory", () => {
  const { to, written } = place();
  const lines = new WholeLines(to);
  for (let i = 0; i < 40; i++) lines.write(Buffer.alloc(65_536, "x"));
  expect(written.join("").length).toBeGreaterThan(2 ** 20);
});
