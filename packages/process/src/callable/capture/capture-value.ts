import { TargetError } from "../../base/errors.ts";
import { isShareable } from "../../base/shareable.ts";
import { visitChildren } from "../../codec/children.ts";
import { errorTranslator } from "../../codec/error-form.ts";
import { isSharedMemory } from "../../codec/refusal.ts";
import { reducerOf, classOf as registeredClass } from "../../codec/registered-class.ts";
import type { ValueSource } from "../form/function-bundle.ts";
import type { Callable } from "../form/target.ts";
import { findBuiltin } from "./builtin-export.ts";
import type { BundleBuilder } from "./bundle-builder.ts";
import type { CapturePath } from "./capture-path.ts";
import { findGlobalPath } from "./global-path.ts";
import { isNamespace, memberGetter } from "./module-namespace.ts";
import { type ProgramClass, programClassOf } from "./program-class.ts";

/**
 * Captures the value of a variable or field.
 *
 * @param members the members that are read of it, when it is used in no other way; `null` when all of it is needed.
 * @param name its name in the user's code.
 * @throws {TargetError} when a part of it cannot be sent.
 */
export function captureValue(
  builder: BundleBuilder,
  value: unknown,
  members: ReadonlySet<string> | null,
  name: string,
  path: CapturePath,
): ValueSource {
  if (typeof value === "function" && !isShareable(value))
    return { from: "function", function: builder.addFunction(value, path) };
  if (typeof value === "symbol") return builder.addSymbol(value);
  if (typeof value !== "object" || value === null) return builder.addValue(value);
  return withReadErrors(path, () => captureObject(builder, value, members, name, path));
}

function captureObject(
  builder: BundleBuilder,
  value: object,
  members: ReadonlySet<string> | null,
  name: string,
  path: CapturePath,
): ValueSource {
  const global = findGlobalPath(value);
  if (global !== undefined) return { from: "global", path: global };
  if (isShareable(value)) return builder.addValue(value);
  if (isNamespace(value)) {
    const isLive = memberGetter(value, "default") !== undefined;
    const builtin = isLive ? undefined : findBuiltin((value as { default?: unknown }).default);
    if (builtin !== undefined && builtin.name === null) return { from: "builtin", ...builtin };
    return captureMembers(builder, value as Record<string, unknown>, members, name, path);
  }
  const builtin = findBuiltin(value);
  if (builtin !== undefined) return { from: "builtin", ...builtin };
  const isReduced = checkParts(builder, value, name, path);
  return builder.addValue(value, isReduced);
}

function captureMembers(
  builder: BundleBuilder,
  namespace: Record<string, unknown>,
  members: ReadonlySet<string> | null,
  name: string,
  path: CapturePath,
): ValueSource {
  if (path.modules.includes(namespace)) {
    throw new TargetError(
      `${path.messageStart(namespace)} is a module that exports itself; name the members that the function uses ` +
        "without that export, or write await import() inside of the function",
    );
  }
  const sources: Record<string, ValueSource> = {};
  for (const member of members ?? Object.keys(namespace)) {
    if (member in namespace) {
      const memberName = `${name}.${member}`;
      const memberPath = path.toMember(namespace, memberName);
      const getter = memberGetter(namespace, member);
      sources[member] =
        getter === undefined
          ? captureValue(builder, namespace[member], null, memberName, memberPath)
          : { from: "getter", function: builder.addFunction(getter, memberPath) };
    }
  }
  return { from: "members", members: sources };
}

/** An object inside of a captured value. */
interface ValuePart {
  readonly value: object;
  readonly parent: ValuePart | null;
  /** The code that reads it from its parent, such as `.socket`; of the root, its name. */
  readonly step: () => string;
}

// Visits every object that structured clone would copy. Adds the functions among them. Refuses those that cloning would
// refuse or silently change: here, their names are known. Returns whether there are objects of registered classes.
function checkParts(builder: BundleBuilder, root: object, name: string, path: CapturePath): boolean {
  let isReduced = false;
  const seen = new Set<unknown>([root]);
  const queue: ValuePart[] = [{ value: root, parent: null, step: () => name }];
  for (const part of queue) {
    isReduced ||= reducerOf(part.value) !== undefined;
    checkPart(builder, part, path, (value, step) => {
      if (!seen.has(value)) queue.push({ value, parent: part, step });
      seen.add(value);
    });
  }
  return isReduced;
}

function checkPart(
  builder: BundleBuilder,
  part: ValuePart,
  path: CapturePath,
  visit: (child: object, step: () => string) => void,
): void {
  const { value } = part;
  if (typeof value === "function") {
    if (!isShareable(value)) builder.addFunction(value, path.withName(nameOfPart(part)));
    return;
  }
  const copying = howCopied(builder, value);
  if (copying === "refused") {
    const start = `${path.withName(nameOfPart(part)).messageStart(value)} cannot be copied to another ${builder.reach}`;
    throw new TargetError(
      value instanceof Promise
        ? `${start}; await it first, and send its value`
        : `${start}; make it inside of the function, or pass data from which it can be made`,
    );
  }
  if (copying === "reduced") builder.addFunction(registeredClass(value) as Callable, path.withName(nameOfPart(part)));
  if (copying === "instance") {
    const { fn, refusal } = programClassOf(value, (target) => builder.inspect(target)) as ProgramClass;
    const partPath = path.withName(nameOfPart(part));
    if (refusal !== null) throw new TargetError(`${partPath.messageStart(value)} ${refusal}`);
    builder.addFunction(fn, partPath);
  }
  if (copying === "parts" || copying === "instance") visitChildren(value, visit);
}

// A getter of the program, or a trap of its proxy, may throw.
function withReadErrors<T>(path: CapturePath, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof TargetError) throw cause;
    throw new TargetError(
      `${path.messageStart()} cannot be read: reading it threw "${cause instanceof Error ? cause.message : cause}"; ` +
        "make it inside of the function, or pass data from which it can be made",
      { cause },
    );
  }
}

// Called for errors only: the names of all parts of a list of a hundred thousand links would fill gigabytes.
function nameOfPart(part: ValuePart): string {
  const steps: string[] = [];
  for (let at: ValuePart | null = part; at !== null; at = at.parent) steps.unshift(at.step());
  return steps.join("");
}

/**
 * How an object is copied: `"parts"` with its children, `"whole"` by structured clone or a form, `"reduced"` as an
 * object of a class of `registerClass()`, `"instance"` as an object of one of the program's classes with its fields, or
 * `"refused"`.
 */
function howCopied(builder: BundleBuilder, value: object): "parts" | "whole" | "reduced" | "instance" | "refused" {
  if (typeof value === "symbol") return "refused";
  if (isShareable(value)) return "whole";
  if (reducerOf(value) !== undefined) return "reduced";
  if (errorTranslator.matches(value)) return "whole";
  const programClass = programClassOf(value, (target) => builder.inspect(target));
  if (programClass !== null) return "instance";
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (isSharedMemory(value)) return builder.reach === "thread" ? "whole" : "refused";
  if (value instanceof URL) return "whole";
  // Structured clone would lose a class of the program that extends one of these.
  const isBuiltIn = classOf(value)?.name === tag;
  if (tag === "Array" || tag === "Map" || tag === "Set") return isBuiltIn ? "parts" : "refused";
  if (cloneable.has(tag)) return isBuiltIn ? "whole" : "refused";
  if (ArrayBuffer.isView(value)) return isBuiltIn || Buffer.isBuffer(value) ? "whole" : "refused";
  // Sockets, file handles and signals can only be moved, but captured values are copied.
  if (tag === "MessagePort" || tag === "WebAssembly.Module" || isCopiedByNode(value, tag))
    return builder.reach === "thread" ? "whole" : "refused";
  return tag === "Object" && isPlainObject(value) ? "parts" : "refused";
}

const cloneable = new Set(["ArrayBuffer", "Date", "RegExp", "Boolean", "Number", "String", "BigInt"]);

// Whether Node copies an object between threads by a protocol of its own: Blob, KeyObject, BlockList… Before Node 24,
// it copies a File as a Blob without a name, which is refused.
function isCopiedByNode(value: object, tag: string): boolean {
  for (let at: object | null = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const symbols = Object.getOwnPropertySymbols(at);
    if (symbols.some(({ description }) => description === "messaging_clone_symbol"))
      return Object.prototype.toString.call(structuredClone(value)) === `[object ${tag}]`;
  }
  return false;
}

function isPlainObject(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  // The last test recognises `Object.prototype` of another realm, such as a vm context.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function classOf(value: object): Callable | undefined {
  const prototype: object | null = Object.getPrototypeOf(value);
  // `constructor` is read as a property, not by its descriptor: with frozen intrinsics it is an accessor.
  const owner: unknown =
    prototype !== null && Object.hasOwn(prototype, "constructor") ? prototype.constructor : undefined;
  return typeof owner === "function" && owner.prototype === prototype ? owner : undefined;
}
