import type { Reach, Shape } from "../../base/message-result.ts";
import type { Family } from "../../base/spawn-result.ts";

/** A way for messages, with its other side ready and echoing. */
export interface OpenTransport {
  /** Where the system keeps the account of the thread that sends. Default: the caller's own; empty when it is unknown. */
  readonly nearPath?: string;
  /** The other side's; empty where there is none. */
  readonly farPath: string;
  /**
   * Sends a payload there and back so many times.
   *
   * @param window how many may be under way at once; a transport that can only take turns does so.
   * @returns nanoseconds for all.
   */
  trips(payload: unknown, count: number, window: number): Promise<number>;
  /** Sends it once. @returns what came back; absent when only the time is known. */
  echo?(payload: unknown): Promise<unknown>;
  /** Says how the other side ended, when it did; never rejects. Absent where trips reject then. */
  readonly gone?: Promise<string>;
  /** Lets the other side end in good order, and waits for it. */
  close(): Promise<void>;
  /** Ends the other side whatever it is doing; absent where `close` does so, or never takes long. */
  abandon?(): Promise<void>;
}

/** One way for messages. Adding one is adding a file, and a line in `transports.ts`. */
export interface Transport {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  readonly reach: Reach;
  /** What it can carry. */
  readonly shapes: readonly Shape[];
  /** True when only one message can be under way, so that there is no stream to be measured. */
  readonly takesTurns?: boolean;
  /** @throws {Error} saying what is missing. */
  open(): Promise<OpenTransport>;
}

/** Times `count` round trips, `window` of them under way at once. */
export async function timeEchoes(echo: () => Promise<unknown>, count: number, window: number): Promise<number> {
  const start = process.hrtime.bigint();
  let begun = 0;
  const oneAfterTheOther = async () => {
    while (begun < count) {
      begun++;
      await echo();
    }
  };
  await Promise.all(Array.from({ length: window }, oneAfterTheOther));
  return Number(process.hrtime.bigint() - start);
}

/** Matches answers with those who wait for them, in order. */
export class Answers<T = unknown> {
  readonly #waiting: ((answer: T) => void)[] = [];

  next(): Promise<T> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives an answer to who has waited longest. */
  readonly give = (answer: T): void => this.#waiting.shift()?.(answer);
}
