import { CloneError, NotShareableError, TargetError } from "../base/errors.ts";
import type { Reach } from "../base/shareable.ts";
import { isNodeTransferable, visitChildren } from "./children.ts";
import { findPlace } from "./place.ts";
import { serialize } from "./serialize.ts";

/** How far a value goes, and what the caller calls it. */
interface Where {
  readonly reach: Reach;
  readonly path: string;
}

const elsewhere: Record<Reach, string> = { thread: "another thread", process: "another process" };

/**
 * Finds the first value, nearest to the root, that is refused, and makes the error that names it.
 *
 * @param root the whole value; `where.path` is what the caller calls it.
 * @returns the error to throw; `undefined` when nothing in the value is refused.
 */
export function findRefusal(root: unknown, where: Where, refused: (value: unknown) => boolean): Error | undefined {
  const place = findPlace(root, where.path, refused);
  return place && refusal(place.value, place.path, where.reach);
}

/** Makes the error for a value that could not be looked into, or a function that cannot cross, from what that threw. */
export function refusalAt(value: unknown, root: unknown, where: Where, cause: unknown): unknown {
  if (cause instanceof CloneError || cause instanceof NotShareableError) return cause;
  const place = findPlace(root, where.path, (child) => child === value);
  const { path, instance } = place ?? { path: where.path, instance: undefined };
  // A socket's functions are not the caller's; the socket is.
  if (typeof value === "function" && instance !== undefined)
    return refusal(instance.value, instance.path, where.reach, { cause });
  if (cause instanceof TargetError)
    return new TargetError(cause.message.replace(/^Cannot send /, `Cannot send ${path}, `), { cause: cause.cause });
  const said = cause instanceof Error ? cause.message : String(cause);
  return new CloneError(path, `Cannot send ${path}: it cannot be looked into, which threw "${said}"`, { cause });
}

/**
 * Makes the error for a value that could not be cloned, from what the clone threw: the innermost value that cannot be
 * cloned by itself is named.
 */
export function cloneRefusal(
  root: unknown,
  where: Where & { readonly transferList: readonly unknown[] },
  cause: unknown,
): Error {
  if (cause instanceof RangeError && cause.message.includes("call stack"))
    return new CloneError(where.path, `Cannot send ${where.path}: it is nested too deeply; send it as a list`, {
      cause,
    });
  // Only threads can be given what is moved.
  const moved = where.reach === "thread" ? where.transferList : [];
  const fails = (value: unknown) => !moved.includes(value) && thrownBy(() => probe(value, where.reach)) !== undefined;
  const innermost = (value: unknown) => {
    if (!fails(value)) return false;
    let inner = false;
    if (typeof value === "object" && value !== null)
      visitChildren(value, (child) => {
        inner ||= fails(child);
      });
    return !inner;
  };
  return (
    findRefusal(root, where, innermost) ??
    new CloneError(where.path, `Cannot send ${where.path}: ${(cause as Error)?.message ?? cause}`, { cause })
  );
}

/** Clones a value as sending it so far would, and throws what that throws. */
export function probe(value: unknown, reach: Reach): void {
  if (reach === "process") serialize(value);
  else structuredClone(value);
}

function thrownBy(action: () => void): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error ?? new Error("thrown without a reason");
  }
}

function refusal(value: unknown, path: string, reach: Reach, options?: ErrorOptions): Error {
  const what = describe(value);
  if (isSharedMemory(value)) {
    return new NotShareableError(
      `Cannot send ${path}: ${what} is memory of this process, which ${elsewhere[reach]} does not see; ` +
        'write getContext("spawn").SharedArray(type, size), or start the child with startMethod "thread"',
    );
  }
  const start = `Cannot send ${path}: ${what}`;
  const mend = "send data from which the child can make its own";
  if (isSignal(value)) return new CloneError(path, `${start} does not cross; abort the child by its own option signal`);
  if (reach === "process" && isOfThreads(value)) {
    return new CloneError(path, `${start} goes to threads only; start the child with startMethod "thread", or ${mend}`);
  }
  if (isNodeTransferable(value) || isPort(value))
    return new CloneError(path, `${start} can be moved, not copied; send transfer(value, [it]), or ${mend}`, options);
  return new CloneError(path, `${start} cannot be copied to ${elsewhere[reach]}; ${mend}`, options);
}

/** Memory that only the threads of this process share, as it stands or under a view. */
export function isSharedMemory(value: unknown): boolean {
  return value instanceof SharedArrayBuffer || (ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer);
}

/**
 * What only another thread of this process can be given. The serialiser that processes use would make empty objects of
 * most of it without a word.
 */
export function isOfThreads(value: unknown): boolean {
  return isNodeTransferable(value) || isPort(value) || tagOf(value) === "WebAssembly.Module";
}

function isPort(value: unknown): boolean {
  return value instanceof MessagePort;
}

/** An AbortSignal, which is cloned as an empty object; it moves where Node was told that it may. */
export function isSignal(value: unknown): boolean {
  return tagOf(value) === "AbortSignal";
}

function describe(value: unknown): string {
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
  // The tag of what has no class of its own says more: an Array Iterator is an Iterator in newer lines of Node.
  return typeof own === "string" && !["", "Object", "Iterator"].includes(own) ? own : tagOf(value);
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
