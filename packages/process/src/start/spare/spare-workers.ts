import { afterFork } from "../../posix/fork/fork-hooks.ts";

/** Something that takes long to make, made ahead. It does not keep the program alive. */
export interface Spare {
  /** Waits until it could be used at once, which keeps the program alive. Never rejects. */
  booted(): Promise<unknown>;
  /** Settles when it has ended, used or not. Never rejects. */
  readonly ended: Promise<unknown>;
  /** Ends it, unused. */
  drop(): void;
}

// What was taken is replaced only when the child that took it has had the processors to itself for its first steps.
const restMs = 30;

let wanted = 0;
const stocks = new Set<Stock<Spare>>();

/** Spares of one kind. */
export class Stock<S extends Spare> {
  readonly #make: () => S;
  readonly #spares: { readonly spare: S; readonly env: NodeJS.ProcessEnv }[] = [];
  #refill: NodeJS.Timeout | undefined;

  /** @param make makes one, with this process's environment. */
  constructor(make: () => S) {
    this.#make = make;
  }

  /**
   * Takes one, for good.
   *
   * @returns `undefined` where there is none that is as one made now would be.
   */
  take(): S | undefined {
    if (wanted === 0) return undefined;
    stocks.add(this);
    this.#refill ??= setTimeout(() => this.fill(), restMs).unref();
    const { env } = process;
    for (let next = this.#spares.shift(); next !== undefined; next = this.#spares.shift()) {
      if (isSame(next.env, env)) return next.spare;
      next.spare.drop();
    }
    return undefined;
  }

  /** Makes those that are missing, and drops those that are too many. */
  fill(): void {
    clearTimeout(this.#refill);
    this.#refill = undefined;
    for (const { spare } of this.#spares.splice(wanted)) spare.drop();
    while (this.#spares.length < wanted) {
      const made = { spare: this.#make(), env: { ...process.env } };
      this.#spares.push(made);
      // One that ends by itself is not replaced before it is missed: it might end again and again.
      void made.spare.ended.then(() => {
        const at = this.#spares.indexOf(made);
        if (at >= 0) this.#spares.splice(at, 1);
      });
    }
  }

  /** Settles when all that there are could be used at once. */
  async ready(): Promise<void> {
    await Promise.all(this.#spares.map(({ spare }) => Promise.race([spare.booted(), spare.ended])));
  }

  /** Knows of none any more. */
  forget(): void {
    clearTimeout(this.#refill);
    this.#refill = undefined;
    this.#spares.length = 0;
  }
}

/**
 * Sets how many spares there are to be of each kind that is in use.
 *
 * @param kinds what is in use from now on.
 */
export async function keepSpares(count: number, kinds: readonly Stock<Spare>[]): Promise<void> {
  wanted = count;
  for (const kind of kinds) stocks.add(kind);
  for (const stock of stocks) stock.fill();
  await Promise.all([...stocks].map((stock) => stock.ready()));
}

// The threads of the parent are not in the child.
afterFork(() => {
  wanted = 0;
  for (const stock of stocks) stock.forget();
});

function isSame(a: NodeJS.ProcessEnv, b: NodeJS.ProcessEnv): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
