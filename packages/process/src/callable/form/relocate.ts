import { otherMachineError } from "../../base/other-machine-error.ts";
import type { Handle } from "../../base/shareable.ts";
import type { Encoded } from "../../codec/encode.ts";
import { formKey, isForm } from "../../codec/form.ts";
import { isLeaf } from "../../codec/object-kind.ts";
import type { FunctionBundle, ModuleRequest, PackedFunction, ValueSource } from "./function-bundle.ts";
import type { PackedTarget } from "./packed-target.ts";
import type { PackedValue } from "./packed-value.ts";

/** What is done with the parts of a packed value that name modules or hold code. */
export interface Relocation {
  /** Gives the URL of a module at the receiver. @throws when the receiver may not use it. */
  url(url: string): string;
  /** Gives the URL of the script that a function's text is from; it need not exist at the receiver. */
  script(url: string): string;
  /** Gives the request for a module at the receiver. @throws when the receiver may not use it. */
  request(request: ModuleRequest): ModuleRequest;
  /** Gives the URL of one of this package's modules at the receiver. @throws when it is another module. */
  packageModule(url: string): string;
  /** Examines a function before it is rebuilt. @throws when the receiver may not run it. */
  check(fn: PackedFunction): void;
}

/** The kinds of forms that hold functions; see `functionReaders`. */
const kindsWithFunctions = ["function", "instance", "reduced", "error-instance"];

/** Relocates a packed target, which was read from bytes and belongs to the caller alone. */
export function relocateTarget(target: PackedTarget, relocation: Relocation): PackedTarget {
  if (target.by === "reference") return { ...target, module: relocation.url(target.module) };
  relocateValue(target.function, relocation);
  return target;
}

/**
 * Relocates a packed value in place. It was read from bytes and belongs to the caller alone.
 *
 * @throws what the relocation throws; {NotShareableError} when it holds what no other machine can use.
 */
export function relocateValue(packed: Encoded & Partial<PackedValue>, relocation: Relocation): void {
  const { modules, requests = [], value, hasForms, descriptors = [] } = packed;
  if (descriptors.length > 0) throw otherMachineError("Socket");
  for (const [i, module] of modules.entries()) (modules as string[])[i] = relocation.packageModule(module);
  for (const [i, request] of requests.entries()) (requests as ModuleRequest[])[i] = relocation.request(request);
  if (hasForms) relocateForms(value, relocation);
}

function relocateForms(root: unknown, relocation: Relocation): void {
  const seen = new Set<unknown>();
  const stack: unknown[] = [root];
  const bundles = new Set<FunctionBundle>();
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isForm(value)) {
      const [kind, data] = value[formKey];
      stack.push(data);
      if (kind === "shareable") checkHandle(data as Handle);
      const bundle = kindsWithFunctions.includes(kind) ? (data as { bundle?: FunctionBundle }).bundle : undefined;
      if (bundle === undefined || bundles.has(bundle)) continue;
      bundles.add(bundle);
      relocateBundle(bundle, relocation);
    } else if (value instanceof Map) for (const [key, item] of value) stack.push(key, item);
    else if (value instanceof Set) for (const item of value) stack.push(item);
    else if (!isLeaf(value)) for (const key of Object.keys(value)) stack.push((value as Record<string, unknown>)[key]);
  }
}

// The handle of an object in shared memory names a file, which on this machine is another one.
function checkHandle({ kind }: Handle): void {
  if (kind !== "ManagerProxy") throw otherMachineError(kind);
}

function relocateBundle({ scripts, scopes, functions }: FunctionBundle, relocation: Relocation): void {
  for (const script of scripts as Mutable<(typeof scripts)[number]>[]) {
    if (script.url.startsWith("file:")) script.url = relocation.script(script.url);
    if (script.sourceMap.startsWith("file:")) script.sourceMap = relocation.script(script.sourceMap);
  }
  // An array that was read from bytes may have elements under other names than its indexes.
  for (const fn of Object.values(functions)) {
    relocation.check(fn);
    if (fn.reducer !== undefined) relocateAll({ ...fn.reducer }, relocation);
    if (fn.by === "source") relocateSource(fn.source, relocation);
    else if (fn.by === "bound")
      for (const source of [fn.target, fn.self, ...fn.args]) relocateSource(source, relocation);
    else {
      relocateAll(fn.ownVariables, relocation);
      for (const { parts } of Object.values(fn.properties)) relocateAll(parts, relocation);
      if (fn.parent !== null) relocateSource(fn.parent.source, relocation);
    }
  }
  for (const { variables } of scopes) relocateAll(variables, relocation);
}

function relocateAll(sources: Readonly<Record<string, ValueSource>>, relocation: Relocation): void {
  for (const source of Object.values(sources)) relocateSource(source, relocation);
}

function relocateSource(given: ValueSource, relocation: Relocation): void {
  const source = given as Mutable<ValueSource>;
  if (source.from === "import") source.request = relocation.request(source.request);
  else if (source.from === "members") relocateAll(source.members, relocation);
  else if ("url" in source && source.url.startsWith("file:")) source.url = relocation.script(source.url);
}

type Mutable<T> = T extends unknown ? { -readonly [K in keyof T]: T[K] } : never;
