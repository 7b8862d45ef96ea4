import { TargetError } from "../../base/errors.ts";
import { classIdentity, registerFindInherited } from "../form/class-identity.ts";
import type { FunctionBySource, FunctionByText, ValueSource } from "../form/function-bundle.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { readFunctionText, unavailableError } from "../source/function-text.ts";
import { findInheritedClass } from "../source/inherited-class.ts";
import type { Inspection } from "../source/inspector.ts";
import { syntax } from "../source/load-syntax.ts";
import type { Script } from "../source/script.ts";
import { readScriptFacts } from "../source/script-facts.ts";
import type { FunctionText, Placeholder } from "../syntax/read-text.ts";
import type { BundleBuilder } from "./bundle-builder.ts";
import { cacheInspection } from "./capture-cache.ts";
import type { CapturePath } from "./capture-path.ts";
import { captureProperties } from "./capture-properties.ts";
import { captureValue } from "./capture-value.ts";
import { captureVariable } from "./capture-variable.ts";
import { isConstructor } from "./program-class.ts";
import { captureKey } from "./property-key.ts";

registerFindInherited(findInheritedClass);

/**
 * Captures a function as its text, with the variables that the text names; a method that needs its class as a member of
 * that class.
 *
 * @throws {TargetError} when the text depends on its place in the program, or a variable cannot be sent.
 */
export function captureText(
  builder: BundleBuilder,
  fn: Callable,
  inspection: Inspection,
  path: CapturePath,
): FunctionByText | FunctionBySource {
  const script = inspection.script as Script;
  const text = Function.prototype.toString.call(fn);
  const { properties, givenKeys, keptFields } = captureProperties(builder, fn, inspection, path);
  const read = readFunctionText(fn, {
    keptFields,
    givenKeys: [...givenKeys.keys()],
    isNameOuter: syntax().isNameOuter(fn, inspection),
  });
  const [unavailable] = read.unavailable;
  if (unavailable !== undefined) {
    const member = captureMember(builder, fn, inspection);
    if (member !== undefined) return member;
    throw unavailableError(unavailable, fn);
  }
  const scopeIndices = builder.scopes.addScopes(fn, inspection, (target) => builder.inspectNow(target));
  const owner = path.isRoot ? null : functionName(fn);
  const ownVariables: Record<string, ValueSource> = {};
  const place = { fn, views: inspection.scopes, scopeIndices, script, owner, path };
  for (const [name, use] of read.variables) {
    const found = captureVariable(builder, { name, use, ...place, isModuleInit: read.isModuleInit });
    if (found !== undefined) ownVariables[name] = found;
  }
  if (read.usesThis) {
    throw new TargetError(
      `${path.messageStart(fn)}: it uses "this" of the code around it, which cannot be sent; ` +
        "write const self = this; and use self",
    );
  }
  for (const [name, kind] of read.placeholders) {
    ownVariables[name] =
      typeof kind === "number"
        ? captureValue(builder, givenKeys.get(kind), null, name, path)
        : capturePlaceholder(builder, kind, fn, inspection, path, read.isModuleInit);
  }
  cacheInspection(fn, inspection, read.variables.keys());
  const { line, column } = syntax().sourcePosition(text, inspection) ?? { line: 0, column: 0 };
  const parent = captureParent(builder, fn, read, path);
  return {
    by: "text",
    script: builder.scopes.addScript(script, readScriptFacts(script).isStrict || read.isClass),
    scope: scopeIndices[0] ?? null,
    name: functionName(fn),
    text: read.text,
    isMethod: read.isMethod,
    isClass: read.isClass,
    identity: read.isClass || parent !== null || isConstructor(fn) ? classIdentity(fn) : null,
    line,
    column,
    ownVariables,
    atDefinition: [...read.variables].filter(([, { atDefinition }]) => atDefinition).map(([name]) => name),
    properties,
    parent,
  };
}

function captureMember(builder: BundleBuilder, fn: Callable, inspection: Inspection): FunctionBySource | undefined {
  const found = builder.members.find(fn);
  if (found === undefined) return undefined;
  const { of, place } = found;
  const key = captureKey(builder, place.key, inspection);
  const ofClass = builder.addFunction(of.fn, of.path);
  return { by: "source", source: { from: "member", class: ofClass, ...place, key, name: functionName(fn) } };
}

function capturePlaceholder(
  builder: BundleBuilder,
  kind: Exclude<Placeholder, number>,
  fn: Callable,
  inspection: Inspection,
  path: CapturePath,
  isModuleInit: boolean,
): ValueSource {
  if (kind === "meta") return { from: "meta", url: inspection.script?.url ?? "" };
  if (kind === "assigned")
    return { from: "assigned", function: functionName(fn), isQuiet: path.isModuleInit || isModuleInit };
  return captureValue(builder, Object.getPrototypeOf(fn), null, "super", path.toVariable("super", functionName(fn)));
}

// Captures the constructor function whose prototype the program made a prototype inherit.
function captureParent(
  builder: BundleBuilder,
  fn: Callable,
  { isClass }: FunctionText,
  path: CapturePath,
): FunctionByText["parent"] {
  const prototype: unknown = Object.hasOwn(fn, "prototype") && fn.prototype;
  if (isClass || typeof prototype !== "object" || prototype === null) return null;
  const above: object | null = Object.getPrototypeOf(prototype);
  const parent = above?.constructor;
  // `Object.prototype` of any realm has no prototype.
  if (above === null || Object.getPrototypeOf(above) === null || typeof parent !== "function") return null;
  const source = captureValue(builder, parent, null, "super", path.toVariable("super", functionName(fn)));
  return { source, hasStatics: Object.getPrototypeOf(fn) === parent };
}
