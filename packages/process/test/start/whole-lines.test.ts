import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { WholeLines } from "../../src/start/stdio/whole-lines.ts";

/** A stream, and the pieces that were written to it. */
function createOutput() {
  const written: string[] = [];
  const to = new PassThrough();
  const waiting: ((text: string) => void)[] = [];
  to.on("data", (piece) => {
    written.push(String(piece));
    waiting.shift()?.(String(piece));
  });
  return { to, written, next: () => new Promise<string>((resolve) => waiting.push(resolve)) };
}

it("WholeLines does not mix the lines of two writers that write in pieces", async () => {
  const { to, written } = createOutput();
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

it("WholeLines passes an unfinished line on after a delay, such as a prompt", async () => {
  const { to, next } = createOutput();
  const shown = next();
  new WholeLines(to).write(Buffer.from("Your name? "));
  expect(await shown).toBe("Your name? ");
});

it("WholeLines does not keep an endless line in memory", () => {
  const { to, written } = createOutput();
  const lines = new WholeLines(to);
  for (let i = 0; i < 40; i++) lines.write(Buffer.alloc(65_536, "x"));
  expect(written.join("").length).toBeGreaterThan(2 ** 20);
});
