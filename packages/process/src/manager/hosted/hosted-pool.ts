import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { Pool } from "../../pool/api/pool.ts";
import type { PoolOptions } from "../../pool/api/pool-options.ts";
import type { ShippedFunction } from "../session/call-message.ts";

/** A pool in a manager, which all processes with a proxy use. Its workers run the functions. */
export class HostedPool {
  readonly #pool: Pool;
  /** The functions of calls that are not accepted yet. */
  readonly #loading = new Set<Promise<AnyFunction>>();

  constructor(options: number | PoolOptions = {}) {
    this.#pool = new Pool(options);
  }

  async apply(fn: ShippedFunction | Target, args: readonly unknown[] = []): Promise<unknown> {
    return this.#pool.apply(await this.#load(fn), args as never);
  }

  async map(
    fn: ShippedFunction | Target,
    items: Iterable<unknown>,
    options: { readonly chunkSize?: number } = {},
  ): Promise<unknown[]> {
    return this.#pool.map(await this.#load(fn), items as never, options);
  }

  async starmap(
    fn: ShippedFunction | Target,
    items: Iterable<readonly unknown[]>,
    options: { readonly chunkSize?: number } = {},
  ): Promise<unknown[]> {
    return this.#pool.starmap(await this.#load(fn), items as never, options);
  }

  /** Yields results in order, as they become available. */
  async imap(fn: ShippedFunction | Target, items: Iterable<unknown>): Promise<AsyncIterator<unknown>> {
    return this.#pool.imap(await this.#load(fn), items as never) as AsyncIterator<unknown>;
  }

  /** Yields results in the order in which they become available. */
  async imapUnordered(fn: ShippedFunction | Target, items: Iterable<unknown>): Promise<AsyncIterator<unknown>> {
    return this.#pool.imapUnordered(await this.#load(fn), items as never) as AsyncIterator<unknown>;
  }

  /** Refuses further calls. Those that came before are accepted, also while their function is being loaded. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#loading);
    // The calls go on in microtasks, which run before.
    await new Promise(setImmediate);
    this.#pool.close();
  }

  async terminate(): Promise<void> {
    await this.#pool.terminate();
  }

  async join(): Promise<void> {
    await this.#pool.join();
  }

  async #load(fn: ShippedFunction | Target): Promise<AnyFunction> {
    const loading = loadFunction(fn);
    this.#loading.add(loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(loading);
    }
  }
}

async function loadFunction(fn: ShippedFunction | Target): Promise<AnyFunction> {
  if (typeof fn === "object" && "shipped" in fn) return loadTarget(fn.shipped);
  return fn as AnyFunction;
}
