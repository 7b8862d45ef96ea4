import type { Shape } from "../base/message-result.ts";
import type { Family } from "../base/spawn-result.ts";

/** A way for messages, with its other side ready and echoing. */
export interface OpenTransport {
  /** Where the system keeps the account of the other side's thread; absent where it does not. */
  readonly farPath?: string;
  /** Sends a payload there and back so many times, one at a time. @returns nanoseconds for all. */
  pingPong(payload: unknown, count: number): Promise<number>;
  /** Sends it once. @returns what came back; absent when only the time is known. */
  echo?(payload: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** One way for messages. Adding one is adding a file, and a line in `transports.ts`. */
export interface Transport {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** What it can carry. */
  readonly shapes: readonly Shape[];
  /** @throws {Error} saying what is missing. */
  open(): Promise<OpenTransport>;
}

/** Times `count` round trips of one that is known. */
export async function timeEchoes(echo: () => Promise<unknown>, count: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let trip = 0; trip < count; trip++) await echo();
  return Number(process.hrtime.bigint() - start);
}
