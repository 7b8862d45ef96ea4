import { type timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { type Deferred, deferred } from "../base/deferred.ts";

interface Taker<T> extends Deferred<T> {
  served: boolean;
}

/** Things that come, and those who wait for them: each thing goes to whoever has waited longest. */
export class Mailbox<T> {
  readonly #things: T[] = [];
  readonly #takers: Taker<T>[] = [];
  #failure: Error | undefined;

  /** How many things wait to be taken. */
  get size(): number {
    return this.#things.length;
  }

  put(thing: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#things.push(thing);
    else {
      taker.served = true;
      taker.resolve(thing);
    }
  }

  /**
   * Takes the next thing, waiting for it if need be. Nothing is lost to one who gives up.
   *
   * @returns `timedOut` when time ran out.
   * @throws what the mailbox was failed with, when nothing is left in it; `signal.reason` on abort.
   */
  async take(options: WaitOptions): Promise<T | typeof timedOut> {
    options.signal?.throwIfAborted();
    if (this.#things.length > 0) return this.#things.shift() as T;
    if (this.#failure !== undefined) throw this.#failure;
    const taker: Taker<T> = { ...deferred<T>(), served: false };
    this.#takers.push(taker);
    try {
      const thing = await withDeadline(taker.promise, options);
      return taker.served ? await taker.promise : thing;
    } catch (error) {
      if (taker.served) return taker.promise;
      throw error;
    } finally {
      const place = this.#takers.indexOf(taker);
      if (place >= 0) this.#takers.splice(place, 1);
    }
  }

  /** Nothing will come any more: who waits is told so. What is there can still be taken. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const taker of this.#takers.splice(0)) taker.reject(error);
  }

  /** A thing that was taken goes back to where it was: the next gets it. */
  putBack(thing: T): void {
    if (this.#takers.length > 0) this.put(thing);
    else this.#things.unshift(thing);
  }

  /** Takes out what is there, at most so many. */
  drain(count = Number.POSITIVE_INFINITY): T[] {
    return this.#things.splice(0, count);
  }
}
