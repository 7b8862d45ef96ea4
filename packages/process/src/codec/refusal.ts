import { CloneError, NotShareableError } from "../base/errors.ts";
import type { Reach } from "../base/shareable.ts";
import { isNodeTransferable, visitChildren } from "./children.ts";
import { serialize } from "./serialize.ts";

const elsewhere: Record<Reach, string> = { thread: "another thread", process: "another process" };

/**
 * Finds the first value, nearest to the root, that is refused, and makes the error that names it.
 *
 * @param root the whole value; `where.path` is what the caller calls it.
 * @returns the error to throw; `undefined` when nothing in the value is refused.
 */
export function findRefusal(
  root: unknown,
  where: { readonly reach: Reach; readonly path: string },
  refused: (value: unknown) => boolean,
): Error | undefined {
  const seen = new Set<unknown>([root]);
  const queue: { value: unknown; path: string }[] = [{ value: root, path: where.path }];
  for (const { value, path } of queue) {
    if (refused(value)) return refusal(value, path, where.reach);
    if (typeof value !== "object" || value === null) continue;
    visitChildren(value, (child, place) => {
      if (!seen.has(child)) queue.push({ value: child, path: path + place() });
      seen.add(child);
    });
  }
  return undefined;
}

/**
 * Makes the error for a value that could not be cloned, from what the clone threw: the innermost value that cannot be
 * cloned by itself is named.
 */
export function cloneRefusal(
  root: unknown,
  where: { readonly reach: Reach; readonly path: string; readonly transferList: readonly unknown[] },
  cause: unknown,
): Error {
  const fails = (value: unknown) =>
    !where.transferList.includes(value) && thrownBy(() => probe(value, where.reach)) !== undefined;
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

function refusal(value: unknown, path: string, reach: Reach): Error {
  const what = describe(value);
  if (isSharedMemory(value)) {
    return new NotShareableError(
      `Cannot send ${path}: ${what} is memory of this process, which ${elsewhere[reach]} does not see; ` +
        'write getContext("spawn").SharedArray(type, size), or start the child with startMethod "thread"',
    );
  }
  if (reach === "process" && isNodeTransferable(value)) {
    return new CloneError(
      path,
      `Cannot send ${path}: ${what} goes to threads only; start the child with startMethod "thread", or send data from which it can make its own`,
    );
  }
  return new CloneError(
    path,
    `Cannot send ${path}: ${what} cannot be copied to ${elsewhere[reach]}; send data from which the child can make its own`,
  );
}

/** Memory that only the threads of this process share, as it stands or under a view. */
export function isSharedMemory(value: unknown): boolean {
  return value instanceof SharedArrayBuffer || (ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer);
}

function describe(value: unknown): string {
  if (typeof value === "function")
    return /^class\b/.test(Function.prototype.toString.call(value))
      ? `the class ${value.name || "(anonymous)"}`
      : `the function ${value.name || "(anonymous)"}`;
  if (typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return String(value);
  const name = thrownBy(() => value.constructor?.name) === undefined ? value.constructor?.name : undefined;
  const article = /^[AEIOU]/.test(name ?? "Object") ? "an" : "a";
  return `${article} ${name || "Object"}`;
}
