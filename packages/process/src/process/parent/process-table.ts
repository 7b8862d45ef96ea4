import type { Life } from "./child-life.ts";

/** A child that was started and not reaped yet. */
export interface Entry<P> {
  readonly process: P;
  readonly life: Life;
}

/** The children of this process that were started and not yet reaped, zombies among them. */
export class ProcessTable<P> {
  readonly #entries = new Set<Entry<P>>();

  /** Enters a child that was just born. */
  add(entry: Entry<P>): void {
    if (this.#entries.size === 0) process.on("exit", this.#endAll);
    this.#entries.add(entry);
  }

  /** The children that are alive. Those that have ended are reaped, as in Python. */
  active(): P[] {
    for (const entry of this.#entries) if (entry.life.exitCode !== null) this.reap(entry.life);
    return [...this.#entries].map((entry) => entry.process);
  }

  /** All children in the table, zombies too. */
  entries(): Entry<P>[] {
    return [...this.#entries];
  }

  /** Takes a child that has ended out of the table. */
  reap(life: Life): void {
    life.reap();
    for (const entry of this.#entries) if (entry.life === life) this.#entries.delete(entry);
    if (this.#entries.size === 0) process.off("exit", this.#endAll);
  }

  /** Forgets them all, in a fork of this process: they are its siblings. */
  forget(): void {
    this.#entries.clear();
    process.off("exit", this.#endAll);
  }

  // The event loop ends only when no child but daemons is left; process.exit() ends this process at once, and what is left
  // of its children with it.
  readonly #endAll = () => {
    for (const { life } of this.#entries) if (life.exitCode === null) life.child.terminate();
  };
}
