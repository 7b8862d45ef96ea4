import type { Reach, Shape } from "../../base/message-result.ts";
import type { Family } from "../../base/spawn-result.ts";

/** A transport whose far side is ready and echoes messages. */
export interface OpenTransport {
  /** The folder of the sending thread below `/proc`; empty when it is unknown. Default: the caller's own. */
  readonly nearPath?: string;
  /** The folder of the far side's thread below `/proc`; empty where there is none. */
  readonly farPath: string;
  /**
   * Sends a payload there and back `count` times.
   *
   * @param window how many may be in flight at once; ignored by a transport that sends one at a time.
   * @returns nanoseconds for all of them.
   */
  roundTrips(payload: unknown, count: number, window: number): Promise<number>;
  /** Sends a payload once and returns the answer. Absent where the far side reports only times. */
  echo?(payload: unknown): Promise<unknown>;
  /** Resolves with how the far side exited; never rejects. Absent where round trips reject after an exit. */
  readonly exited?: Promise<string>;
  /** Ends the far side after its current message, and waits for it. */
  close(): Promise<void>;
  /**
   * Ends the far side without waiting for its current message. Absent where `close` does that, or never takes long.
   */
  terminate?(): Promise<void>;
}

/** A way to send messages. To add one, add a file and a line in `transports.ts`. */
export interface Transport {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  readonly reach: Reach;
  /** Kinds of payload that it can send. */
  readonly shapes: readonly Shape[];
  /** True when only one message can be in flight, so that there is no stream to measure. */
  readonly oneAtATime?: boolean;
  /** @throws {Error} when the transport is unavailable; the message says what is missing. */
  open(): Promise<OpenTransport>;
}

/** Times `count` round trips, `window` of them in flight at once. */
export async function timeRoundTrips(echo: () => Promise<unknown>, count: number, window: number): Promise<number> {
  const start = process.hrtime.bigint();
  let started = 0;
  const sendInTurn = async () => {
    while (started < count) {
      started++;
      await echo();
    }
  };
  await Promise.all(Array.from({ length: window }, sendInTurn));
  return Number(process.hrtime.bigint() - start);
}

/** Gives answers to the calls that wait for them, first come first served. */
export class AnswerQueue<T = unknown> {
  readonly #waiting: ((answer: T) => void)[] = [];

  next(): Promise<T> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves the oldest waiting call. */
  readonly deliver = (answer: T): void => this.#waiting.shift()?.(answer);
}
