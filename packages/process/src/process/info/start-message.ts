import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import type { ProcessInfo } from "./control-block.ts";
import type { Identity } from "./process-identity.ts";

/** The first message to a child: all that it needs to begin. */
export interface Boot {
  readonly identity: Identity;
  readonly target: PackedTarget | null;
  readonly args: PackedValue;
  /** A subclass of Process that overrides `run()`, and the instance's own fields. */
  readonly subclass: { readonly type: PackedTarget; readonly fields: PackedValue } | null;
  /** The parent's `process.argv` from the second on; what the child shows as its own. */
  readonly argv: readonly string[];
  /** The streams that go to the parent through pipes. */
  readonly piped: readonly ("stdout" | "stderr")[];
}

/** What a parent tells its child after that. */
export type ToChild =
  | { readonly type: "interrupt" }
  | { readonly type: "ask"; readonly id: number }
  /** For the program that the child runs, such as a pool's worker. */
  | { readonly type: "message"; readonly body: unknown };

/** What a child tells its parent. */
export type ToParent =
  /** The target is about to be called; `tid` is the kernel's id of a thread, where it tells one. */
  | { readonly type: "running"; readonly tid: number | null }
  | { readonly type: "result"; readonly value: PackedValue }
  | { readonly type: "error"; readonly error: PackedValue }
  /** From the program that the child runs, such as a pool's worker. */
  | { readonly type: "message"; readonly body: unknown }
  /** An interrupt came, and nothing in the child listens for it. */
  | { readonly type: "uninterrupted" }
  /** The answer to `ask`: the child, and everything below it. */
  | { readonly type: "answer"; readonly id: number; readonly rows: readonly ProcessInfo[] };
