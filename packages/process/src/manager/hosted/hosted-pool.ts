import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { Pool } from "../../pool/api/pool.ts";
import type { PoolOptions } from "../../pool/call/pool-options.ts";
import type { Shipped } from "../session/manager-message.ts";

/** A pool in a manager, for all who have a proxy. Functions run in its workers. */
export class HostedPool {
  readonly #pool: Pool;

  constructor(options: number | PoolOptions = {}) {
    this.#pool = new Pool(options);
  }

  async apply(fn: Shipped | Target, args: readonly unknown[] = []): Promise<unknown> {
    return this.#pool.apply(await arrived(fn), args as never);
  }

  async map(
    fn: Shipped | Target,
    items: Iterable<unknown>,
    options: { readonly chunkSize?: number } = {},
  ): Promise<unknown[]> {
    return this.#pool.map(await arrived(fn), items as never, options);
  }

  async starmap(
    fn: Shipped | Target,
    items: Iterable<readonly unknown[]>,
    options: { readonly chunkSize?: number } = {},
  ): Promise<unknown[]> {
    return this.#pool.starmap(await arrived(fn), items as never, options);
  }

  /** Results as they come, in order. */
  async imap(fn: Shipped | Target, items: Iterable<unknown>): Promise<AsyncIterator<unknown>> {
    return this.#pool.imap(await arrived(fn), items as never) as AsyncIterator<unknown>;
  }

  /** Results as they come, in any order. */
  async imapUnordered(fn: Shipped | Target, items: Iterable<unknown>): Promise<AsyncIterator<unknown>> {
    return this.#pool.imapUnordered(await arrived(fn), items as never) as AsyncIterator<unknown>;
  }

  close(): void {
    this.#pool.close();
  }

  async terminate(): Promise<void> {
    await this.#pool.terminate();
  }

  async join(): Promise<void> {
    await this.#pool.join();
  }
}

async function arrived(fn: Shipped | Target): Promise<AnyFunction> {
  if (typeof fn === "object" && "shipped" in fn) return loadTarget(fn.shipped);
  return fn as AnyFunction;
}
