import type { AnyFunction, Target } from "../../callable/form/target.ts";
import type { Channel } from "../../channel/channel.ts";
import type { StartMessage } from "./start-message.ts";

/** The work of a child by `fork`: its memory is a copy of its parent's, so nothing is packed or sent. */
export interface InheritedWork {
  readonly target: Target | undefined;
  readonly args: readonly unknown[];
  /** Makes the Process that was started the child's current process. @param job calls the target. */
  becomeCurrent(job: () => unknown): { run(): unknown };
}

/** Runs a child by `fork`. */
export interface RunInherited {
  /** Runs first in the child, while the parent's functions are still on the stack. */
  prepare(): void;
  /** Runs the child from then on to its exit. */
  run(channel: Channel, given: Pick<StartMessage, "identity" | "argv" | "setup">, work: InheritedWork): Promise<void>;
}

let registered: RunInherited | undefined;
const programs: { readonly url: () => URL; readonly program: AnyFunction }[] = [];

/**
 * Registers a program of this package that a child by `fork` may run, so that the child need not import it.
 *
 * @param url returns the URL by which the program is given as a target. Called only when a child runs it, since it
 *   throws in a bundle.
 */
export function registerProgram(url: () => URL, program: AnyFunction): void {
  programs.push({ url, program });
}

/** A registered program; `undefined` when there is none. */
export function registeredProgram(url: string): AnyFunction | undefined {
  return programs.find((known) => known.url().href === url)?.program;
}

/**
 * Registers the code that runs a child by `fork`.
 *
 * The parent loads and registers it, because a forked child cannot load modules: the thread that would load them may
 * exist only in the parent. It is registered rather than imported, because it is in a layer above the code that forks.
 */
export function registerRunInherited(run: RunInherited): void {
  registered = run;
}

/**
 * The registered code.
 *
 * @throws {Error} when none is registered.
 */
export function registeredRunInherited(): RunInherited {
  if (registered === undefined) {
    throw new Error('Cannot start a child by "fork": the code that runs it is not registered');
  }
  return registered;
}
