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
