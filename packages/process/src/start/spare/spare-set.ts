import { onForkInChild } from "../../posix/fork/fork-hooks.ts";

/** An object that takes long to make, and is made before it is needed. It does not keep the program alive. */
export interface Spare {
  /** Waits until it is ready for use, and keeps the program alive while it waits. Never rejects. */
  booted(): Promise<unknown>;
  /** Settles when it has ended, used or not. Never rejects. */
  readonly ended: Promise<unknown>;
  /** Ends it without using it. */
  drop(): void;
}

// Delay before a used spare is replaced: making one would take processor time from the first steps of the child.
const refillDelayMs = 30;

let wanted = 0;
const sets = new Set<SpareSet<Spare>>();

/** The spares of one kind. */
export class SpareSet<S extends Spare> {
  readonly #make: () => S;
  readonly #spares: { readonly spare: S; readonly env: NodeJS.ProcessEnv }[] = [];
  #refillTimer: NodeJS.Timeout | undefined;

  /** @param make makes one, with this process's environment. */
  constructor(make: () => S) {
    this.#make = make;
  }

  /**
   * Takes one out of the set.
   *
   * @returns `undefined` when none was made with the current environment.
   */
  take(): S | undefined {
    if (wanted === 0) return undefined;
    sets.add(this);
    this.#refillTimer ??= setTimeout(() => this.refill(), refillDelayMs).unref();
    const { env } = process;
    for (let next = this.#spares.shift(); next !== undefined; next = this.#spares.shift()) {
      if (isSame(next.env, env)) return next.spare;
      next.spare.drop();
    }
    return undefined;
  }

  /** Makes the missing spares, and drops surplus ones. */
  refill(): void {
    clearTimeout(this.#refillTimer);
    this.#refillTimer = undefined;
    for (const { spare } of this.#spares.splice(wanted)) spare.drop();
    while (this.#spares.length < wanted) {
      const made = { spare: this.#make(), env: { ...process.env } };
      this.#spares.push(made);
      // A spare that ends by itself is not replaced until the next use: its replacement might end at once, and so on.
      void made.spare.ended.then(() => {
        const at = this.#spares.indexOf(made);
        if (at >= 0) this.#spares.splice(at, 1);
      });
    }
  }

  /** Settles when all spares are ready for use. */
  async ready(): Promise<void> {
    await Promise.all(this.#spares.map(({ spare }) => Promise.race([spare.booted(), spare.ended])));
  }

  /** Removes all spares without ending them. */
  clear(): void {
    clearTimeout(this.#refillTimer);
    this.#refillTimer = undefined;
    this.#spares.length = 0;
  }
}

/**
 * Sets the number of spares of each kind that is in use.
 *
 * @param kinds kinds to use from now on.
 */
export async function setSpareCount(count: number, kinds: readonly SpareSet<Spare>[]): Promise<void> {
  wanted = count;
  for (const kind of kinds) sets.add(kind);
  for (const set of sets) set.refill();
  await Promise.all([...sets].map((set) => set.ready()));
}

// A forked child has none of its parent's threads.
onForkInChild(() => {
  wanted = 0;
  for (const set of sets) set.clear();
});

function isSame(a: NodeJS.ProcessEnv, b: NodeJS.ProcessEnv): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
