import type { Reach } from "../../base/shareable.ts";
import { type CarriedContext, takeContext } from "../../storage/carried-context.ts";

/** What a task carries of its call. */
export interface CallContext {
  readonly carried: CarriedContext | undefined;
  /** What {@link TaskObserver.called} returned; `undefined` without an observer. */
  readonly call: unknown;
}

/** A task, as an observer sees it. */
export interface ObservedTask {
  readonly id: number;
  readonly items: number;
  /** When it was queued, by `performance.now()`. */
  readonly queuedAt: number;
  readonly spec: {
    /** The method that was called: `apply`, `map`. */
    readonly call: string;
    readonly kind: "call" | "each" | "spread";
    readonly fn: { readonly name: string };
    readonly context?: CallContext | undefined;
  };
}

/** Follows calls into their tasks, and adds to what these carry. */
export interface TaskObserver {
  /** Called where a call is made, in the context of its caller. @param pool the name of the pool. */
  called(pool: string): unknown;
  /**
   * Called before a task is sent; again when it is sent again.
   *
   * @param call what `called` returned.
   * @returns what the task carries.
   */
  sending(task: ObservedTask, call: unknown, carried: CarriedContext | undefined): CarriedContext | undefined;
}

let observer: TaskObserver | undefined;

/** Sets the observer of this thread's pools; `undefined` for none. */
export function observeTasks(next: TaskObserver | undefined): void {
  observer = next;
}

/**
 * Takes what a call carries, in the context of its caller.
 *
 * @throws the errors of {@link takeContext}.
 */
export function takeCallContext({ name, engine }: { name: string; engine: { reach: Reach } }): CallContext | undefined {
  const carried = takeContext(engine.reach);
  if (observer !== undefined) return { carried, call: observer.called(name) };
  return carried && { carried, call: undefined };
}

/** What a task carries that is about to be sent. */
export function contextOf(task: ObservedTask): CarriedContext | undefined {
  const { context } = task.spec;
  if (context === undefined) return undefined;
  // A call that was made before there was an observer is not followed.
  if (observer === undefined || context.call === undefined) return context.carried;
  return observer.sending(task, context.call, context.carried);
}
