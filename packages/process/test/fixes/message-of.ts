import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Fixes, as the source of their messages has them, each with a program that gets the message and does what it says. */
export type Tries = Readonly<Record<string, (fix: string) => Promise<void>>>;

/** The message of the error that a call throws or rejects with. */
export async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("Nothing was thrown");
}

/** Calls a function with a new folder, which is removed afterwards. */
export async function withFolder<R>(use: (folder: string) => R | Promise<R>): Promise<R> {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-fix-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
