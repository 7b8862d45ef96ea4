import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import type { BlockedPlace } from "../../memory/wait/known-gates.ts";
import type { CarriedContext } from "../../storage/carried-context.ts";
import type { ProcessInfo } from "./control-block.ts";
import type { Identity } from "./identity.ts";
import type { ProcessSetup } from "./process-setup.ts";

/** The first message to a child: everything that it needs to run its target. */
export interface StartMessage {
  readonly identity: Identity;
  readonly target: PackedTarget | null;
  readonly args: PackedValue;
  /** For a subclass of Process that overrides `run()`: the class, and the instance's own fields. */
  readonly subclass: { readonly type: PackedTarget; readonly fields: PackedValue } | null;
  /** The child's `process.argv` from the second element on. */
  readonly argv: readonly string[];
  /** Left out when there is nothing to set. */
  readonly setup?: ProcessSetup | undefined;
  /** The values that the start carries; left out when there are none. */
  readonly context?: CarriedContext | undefined;
}

/** The messages of a parent to its child, after the first. */
export type ToChild =
  | { readonly type: "interrupt" }
  | { readonly type: "ask"; readonly id: number; readonly watchMs: number | undefined }
  /** Asks whether the child's event loop turns. */
  | { readonly type: "beat" }
  /** For the program that the child runs, such as a pool's worker. */
  | { readonly type: "message"; readonly body: unknown };

/** The messages of a child to its parent. */
export type ToParent =
  /** The child is about to call its target. `tid` is the kernel's id of a thread, where the system has one. */
  | { readonly type: "running"; readonly tid: number | null }
  /** Code in the child called `currentProcess().ready()`. */
  | { readonly type: "ready" }
  /** The answer to `beat`. */
  | { readonly type: "beat" }
  | { readonly type: "result"; readonly value: PackedValue }
  | { readonly type: "error"; readonly error: PackedValue }
  /** From the program that the child runs, such as a pool's worker. */
  | { readonly type: "message"; readonly body: unknown }
  /** The child ignores SIGTERM, but code in it listens for the signal. */
  | { readonly type: "listensForTermination" }
  /** The child has been blocked for a while: an interrupt must wake it there. */
  | { readonly type: "blocked"; readonly place: BlockedPlace }
  /** An interrupt arrived, and the child has no listener for it. */
  | { readonly type: "uninterrupted" }
  /** The answer to `ask`: the control blocks of the child and of all processes below it. */
  | { readonly type: "answer"; readonly id: number; readonly rows: readonly ProcessInfo[] };
