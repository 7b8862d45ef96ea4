import { BrokenPipeError, EndOfFileError } from "../../base/errors.ts";

const codes: readonly unknown[] = ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE"];

/** Whether an error says that no process is at the other side: it ended before, while or after this side connected. */
export function isDisconnection(error: unknown): boolean {
  if (error instanceof EndOfFileError || error instanceof BrokenPipeError) return true;
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code);
}

/** The error of a call whose manager has ended. */
export function disconnectedError(what: string, options?: ErrorOptions): BrokenPipeError {
  return new BrokenPipeError(
    `Cannot call ${what}: the manager has disconnected: it was shut down, it crashed, or the connection broke; ` +
      "start() a new Manager, or connect() one to the address of a running one",
    options,
  );
}
