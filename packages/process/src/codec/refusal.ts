import { CloneError, NotShareableError, TargetError } from "../base/errors.ts";
import type { Reach } from "../base/shareable.ts";
import { describeThrown } from "../base/thrown.ts";
import { visitChildren } from "./children.ts";
import { locateValue } from "./locate-value.ts";
import { isNodeTransferable, isSharedArrayBuffer } from "./object-kind.ts";
import { serialize } from "./serialize.ts";

/** How far a value is sent, and its name in the caller's code. */
interface SendContext {
  readonly reach: Reach;
  readonly path: string;
}

const destinations: Record<Reach, string> = {
  thread: "another thread",
  process: "another process",
  machine: "another machine",
};

/** A writer throws it when its value cannot be sent. The encoder, which knows the path, makes a CloneError of it. */
export class ValueRefusal extends Error {}

/**
 * Finds the refused value that is nearest to the root, and makes the error that names it.
 *
 * @param root the whole value; its name is `context.path`.
 * @returns the error to throw; `undefined` when no part of the value is refused.
 */
export function findRefusal(
  root: unknown,
  context: SendContext,
  refused: (value: unknown) => boolean,
): Error | undefined {
  const found = locateValue(root, context.path, refused);
  return found && refusal(found.value, found.path, context.reach);
}

/**
 * Makes the error for a part of a value that could not be read or written.
 *
 * @param value the part.
 * @param root the whole value; its name is `context.path`.
 * @param cause the error that reading or writing it threw.
 */
export function refusalAt(value: unknown, root: unknown, context: SendContext, cause: unknown): unknown {
  if (cause instanceof CloneError || cause instanceof NotShareableError) return cause;
  const found = locateValue(root, context.path, (child) => child === value);
  const { path, instance } = found ?? { path: context.path, instance: undefined };
  if (cause instanceof ValueRefusal)
    return new CloneError(path, `Cannot send ${path}: ${describeRefused(value)} ${cause.message}`);
  // The message names the object that the caller knows, such as a socket, rather than a function inside of it.
  if (typeof value === "function" && instance !== undefined)
    return refusal(instance.value, instance.path, context.reach, { cause });
  if (cause instanceof TargetError) {
    const message = cause.message.replace(/^Cannot send /, `Cannot send ${path}, `);
    if (typeof value === "function") return new TargetError(message, { cause: cause.cause });
    return new CloneError(path, message, { cause: cause.cause });
  }
  const thrown = describeThrown(cause);
  return new CloneError(path, `Cannot send ${path}: reading it threw "${thrown}"`, { cause });
}

/**
 * Makes the error for a value that could not be cloned. It names the innermost part that cannot be cloned by itself.
 *
 * @param cause the error that the clone threw.
 */
export function cloneRefusal(
  root: unknown,
  context: SendContext & { readonly transferList: readonly unknown[] },
  cause: unknown,
): Error {
  if (cause instanceof RangeError && cause.message.includes("call stack"))
    return new CloneError(context.path, `Cannot send ${context.path}: it is nested too deeply; send it as a list`, {
      cause,
    });
  // Only a thread can receive moved objects.
  const moved = context.reach === "thread" ? context.transferList : [];
  const fails = (value: unknown) =>
    !moved.includes(value) && thrownBy(() => checkCloneable(value, context.reach)) !== undefined;
  const isInnermost = (value: unknown) => {
    if (!fails(value)) return false;
    let childFails = false;
    if (typeof value === "object" && value !== null)
      visitChildren(value, (child) => {
        childFails ||= fails(child);
      });
    return !childFails;
  };
  return (
    findRefusal(root, context, isInnermost) ??
    new CloneError(context.path, `Cannot send ${context.path}: ${describeThrown(cause)}`, { cause })
  );
}

/** Clones a value as sending it would, and throws the error of the clone. */
export function checkCloneable(value: unknown, reach: Reach): void {
  if (reach === "thread") structuredClone(value);
  else serialize(value);
}

function thrownBy(action: () => void): { readonly error: unknown } | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return { error };
  }
}

function refusal(value: unknown, path: string, reach: Reach, options?: ErrorOptions): Error {
  const what = describeRefused(value);
  if (isSharedMemory(value)) {
    const start = `Cannot send ${path}: ${what} is memory of this process, which ${destinations[reach]} cannot see`;
    return new NotShareableError(
      reach === "machine"
        ? `${start}; send a copy, such as new Uint8Array(bytes)`
        : `${start}; write getContext("spawn").SharedArray(type, size), or pass it in args to a child with startMethod "thread"`,
    );
  }
  const start = `Cannot send ${path}: ${what}`;
  const fix = "send data from which the child can make its own";
  if (isAbortSignal(value)) {
    return new CloneError(path, `${start} cannot be sent; pass it as the child's option signal`);
  }
  if (reach === "process" && isThreadOnly(value)) {
    return new CloneError(
      path,
      `${start} can be sent to threads only; pass it in args to a child with startMethod "thread", or ${fix}`,
    );
  }
  if (isNodeTransferable(value) || isPort(value))
    return new CloneError(path, `${start} can be moved, not copied; send transfer(value, [it]), or ${fix}`, options);
  return new CloneError(path, `${start} cannot be copied to ${destinations[reach]}; ${fix}`, options);
}

/** Whether a value is memory that only the threads of this process share, or a view of it. */
export function isSharedMemory(value: unknown): boolean {
  return isSharedArrayBuffer(ArrayBuffer.isView(value) ? value.buffer : value);
}

/**
 * Whether a value can be sent to another thread of this process only. V8's serialiser, which processes use, silently
 * turns most of these into empty objects.
 */
export function isThreadOnly(value: unknown): boolean {
  return isNodeTransferable(value) || isPort(value) || tagOf(value) === "WebAssembly.Module";
}

function isPort(value: unknown): boolean {
  return value instanceof MessagePort;
}

/**
 * Whether a value is an AbortSignal. It is cloned as an empty object; one of `transferableAbortSignal()` can be
 * moved.
 */
export function isAbortSignal(value: unknown): boolean {
  return tagOf(value) === "AbortSignal";
}

function describeRefused(value: unknown): string {
  if (typeof value === "function")
    return /^class\b/.test(Function.prototype.toString.call(value))
      ? `the class ${value.name || "(anonymous)"}`
      : `the function ${value.name || "(anonymous)"}`;
  if (typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return String(value);
  const name = classNameOf(value);
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

function classNameOf(value: object): string {
  if (process.getBuiltinModule("node:util").types.isProxy(value)) return "Proxy";
  const own = value.constructor?.name;
  // For an object without a class of its own, the tag says more: newer Node releases call an Array Iterator an
  // Iterator.
  return typeof own === "string" && !["", "Object", "Iterator"].includes(own) ? own : tagOf(value);
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
