import type { StartedChild } from "./started-child.ts";

/** A child that was started and not reaped yet. */
export interface ProcessTableEntry<P> {
  readonly process: P;
  readonly child: StartedChild;
}

/** The children of this process that were started and not reaped yet, zombies included. */
export class ProcessTable<P> {
  readonly #entries = new Set<ProcessTableEntry<P>>();

  /** Adds a child that was just started. */
  add(entry: ProcessTableEntry<P>): void {
    if (this.#entries.size === 0) process.on("exit", this.#terminateAll);
    this.#entries.add(entry);
  }

  /** The children that are alive. Those that have ended are reaped, as in Python. */
  active(): P[] {
    for (const entry of this.#entries) if (entry.child.exitCode !== null) this.reap(entry.child);
    return [...this.#entries].map((entry) => entry.process);
  }

  /** All children in the table, zombies included. */
  entries(): ProcessTableEntry<P>[] {
    return [...this.#entries];
  }

  /** The started child of a Process; `undefined` when it is not in the table. */
  childOf(process: P): StartedChild | undefined {
    for (const entry of this.#entries) if (entry.process === process) return entry.child;
    return undefined;
  }

  /** Removes a child that has ended. */
  reap(child: StartedChild): void {
    child.reap();
    for (const entry of this.#entries) if (entry.child === child) this.#entries.delete(entry);
    if (this.#entries.size === 0) process.off("exit", this.#terminateAll);
  }

  /** Removes all entries, in a fork of this process: they are its siblings, not its children. */
  clear(): void {
    this.#entries.clear();
    process.off("exit", this.#terminateAll);
  }

  // When the event loop ends, only daemons are left. process.exit() ends this process at once, with children of any
  // kind.
  readonly #terminateAll = () => {
    for (const { child } of this.#entries) child.kill("SIGTERM");
  };
}
