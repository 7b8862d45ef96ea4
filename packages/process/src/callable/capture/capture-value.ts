import { TargetError } from "../../base/errors.ts";
import { isShareable } from "../../base/shareable.ts";
import { visitChildren } from "../../codec/children.ts";
import { isSharedMemory } from "../../codec/refusal.ts";
import type { Source } from "../form/function-bundle.ts";
import type { Callable } from "../form/target.ts";
import type { Trail } from "./capture-path.ts";
import type { Gathering } from "./capture-queue.ts";
import { builtinOf, globalPathOf } from "./global-name.ts";

/**
 * Takes what a variable or a field holds.
 *
 * @param members what is read of it, when nothing else is done with it; `null` when it is needed whole.
 * @param path what the user calls it.
 * @throws {TargetError} when something in it cannot cross.
 */
export function captureValue(
  capture: Gathering,
  value: unknown,
  members: ReadonlySet<string> | null,
  path: string,
  trail: Trail,
): Source {
  if (typeof value === "function" && !isShareable(value))
    return { from: "function", function: capture.add(value, trail) };
  if (typeof value === "symbol") return capture.symbol(value);
  if (typeof value !== "object" || value === null) return capture.value(value);
  return lookingInto(trail, () => captureObject(capture, value, members, path, trail));
}

function captureObject(
  capture: Gathering,
  value: object,
  members: ReadonlySet<string> | null,
  path: string,
  trail: Trail,
): Source {
  const global = globalPathOf(value);
  if (global !== undefined) return { from: "global", path: global };
  if (isShareable(value)) return capture.value(value);
  if (isNamespace(value)) {
    const builtin = builtinOf((value as { default?: unknown }).default);
    if (builtin !== undefined && builtin.name === null) return { from: "builtin", ...builtin };
    return captureMembers(capture, value as Record<string, unknown>, members, path, trail);
  }
  const builtin = builtinOf(value);
  if (builtin !== undefined) return { from: "builtin", ...builtin };
  checkCrossing(capture, value, path, trail);
  return capture.value(value);
}

function captureMembers(
  capture: Gathering,
  namespace: Record<string, unknown>,
  members: ReadonlySet<string> | null,
  path: string,
  trail: Trail,
): Source {
  const sources: Record<string, Source> = {};
  for (const name of members ?? Object.keys(namespace)) {
    if (name in namespace) {
      sources[name] = captureValue(capture, namespace[name], null, `${path}.${name}`, trail.at(`${path}.${name}`));
    }
  }
  return { from: "members", members: sources };
}

// Modules as ECMAScript, CommonJS, its transpilers and Vite represent them: only what is read of them need cross.
function isNamespace(value: object): boolean {
  const { isModuleNamespaceObject } = process.getBuiltinModule("node:util").types;
  return (
    isModuleNamespaceObject(value) ||
    value instanceof process.getBuiltinModule("node:module").Module ||
    Object.hasOwn(value, "__esModule") ||
    Object.prototype.toString.call(value) === "[object Module]"
  );
}

/** Something inside of what a variable holds, and how it is reached. */
interface Part {
  readonly value: object;
  readonly parent: Part | null;
  /** What one writes to get it from its parent; of the root, what the user calls it. */
  readonly step: () => string;
}

// Looks at all that structured clone would look at. Functions in it are added; what cloning would refuse, or copy to
// something else without a word, is refused here, where its name is known.
function checkCrossing(capture: Gathering, root: object, path: string, trail: Trail): void {
  const seen = new Set<unknown>([root]);
  const queue: Part[] = [{ value: root, parent: null, step: () => path }];
  for (const part of queue) {
    checkPart(capture, part, trail, (value, step) => {
      if (!seen.has(value)) queue.push({ value, parent: part, step });
      seen.add(value);
    });
  }
}

function checkPart(
  capture: Gathering,
  part: Part,
  trail: Trail,
  visit: (child: object, step: () => string) => void,
): void {
  const { value } = part;
  if (typeof value === "function") {
    if (!isShareable(value)) capture.add(value, trail.at(pathOf(part)));
    return;
  }
  const crossing = crossingOf(capture, value);
  if (crossing === "refused") {
    throw new TargetError(
      `${trail.at(pathOf(part)).refusal(value)} cannot be copied to another ${capture.reach}; ` +
        "make it inside of the function, or pass data from which it can be made",
    );
  }
  if (crossing === "instance") addInstance(capture, value, trail.at(pathOf(part)));
  if (crossing !== "whole") visitChildren(value, visit);
}

// A getter of the program's may throw, and so may a trap of its proxy.
function lookingInto<T>(trail: Trail, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    if (cause instanceof TargetError) throw cause;
    throw new TargetError(
      `${trail.refusal()} cannot be looked into, which threw "${cause instanceof Error ? cause.message : cause}"; ` +
        "make it inside of the function, or pass data from which it can be made",
      { cause },
    );
  }
}

// Written out only for errors: along a list of a hundred thousand links, the names of all would fill gigabytes.
function pathOf(part: Part): string {
  const steps: string[] = [];
  for (let at: Part | null = part; at !== null; at = at.parent) steps.unshift(at.step());
  return steps.join("");
}

/** How an object crosses: with what it holds, as a whole that cloning knows, as an object of a class of the program's, or not at all. */
function crossingOf(capture: Gathering, value: object): "parts" | "whole" | "instance" | "refused" {
  if (typeof value === "symbol") return "refused";
  if (isShareable(value)) return "whole";
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (isSharedMemory(value)) return capture.reach === "thread" ? "whole" : "refused";
  if (tag === "Error" || value instanceof Error || value instanceof URL) return "whole";
  // A class of the program's own that extends one of these would be lost.
  const isBuiltIn = classOf(value)?.name === tag;
  if (tag === "Array" || tag === "Map" || tag === "Set") return isBuiltIn ? "parts" : "refused";
  if (cloneable.has(tag)) return isBuiltIn ? "whole" : "refused";
  if (ArrayBuffer.isView(value)) return isBuiltIn || Buffer.isBuffer(value) ? "whole" : "refused";
  // Sockets, file handles and signals can be moved at best, but what is captured is copied.
  if (tag === "MessagePort" || tag === "WebAssembly.Module" || isCopiedByNode(value, tag))
    return capture.reach === "thread" ? "whole" : "refused";
  if (tag !== "Object" && !hasUserClass(capture, value)) return "refused";
  return isPlain(value) ? "parts" : hasUserClass(capture, value) ? "instance" : "refused";
}

const cloneable = new Set(["ArrayBuffer", "Date", "RegExp", "Boolean", "Number", "String", "BigInt"]);

// What Node copies between threads by a protocol of its own: Blob, KeyObject, BlockList… Before Node 24, a File is copied as a
// Blob without a name.
function isCopiedByNode(value: object, tag: string): boolean {
  for (let at: object | null = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const symbols = Object.getOwnPropertySymbols(at);
    if (symbols.some(({ description }) => description === "messaging_clone_symbol"))
      return Object.prototype.toString.call(structuredClone(value)) === `[object ${tag}]`;
  }
  return false;
}

function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  // The Object of another realm, such as a vm context, ends its line just so.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function classOf(value: object): Callable | undefined {
  const prototype: object | null = Object.getPrototypeOf(value);
  // Read rather than looked up: where intrinsics are frozen, it is behind a getter.
  const owner: unknown =
    prototype !== null && Object.hasOwn(prototype, "constructor") ? prototype.constructor : undefined;
  return typeof owner === "function" && owner.prototype === prototype ? owner : undefined;
}

function hasUserClass(capture: Gathering, value: object): boolean {
  const owner = classOf(value);
  if (owner === undefined || owner === Object) return false;
  for (
    let at: object | null = owner;
    typeof at === "function" && !isFunctionPrototype(at) && at !== Object;
    at = Object.getPrototypeOf(at)
  ) {
    const { script } = capture.inspect(at);
    if (script === null || script.url.startsWith("node:")) return false;
  }
  return true;
}

// Of whichever realm.
function isFunctionPrototype(value: object): boolean {
  const above: object | null = Object.getPrototypeOf(value);
  return above === null || Object.getPrototypeOf(above) === null;
}

function addInstance(capture: Gathering, value: object, trail: Trail): void {
  const { privates } = capture.inspect(value);
  if (privates.length > 0) {
    throw new TargetError(
      `${trail.refusal(value)} has private fields (${privates.join(", ")}), which nobody outside can copy; make it inside of the function`,
    );
  }
  capture.instances.set(value, capture.add(classOf(value) as Callable, trail));
}
