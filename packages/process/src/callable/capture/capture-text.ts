import { TargetError } from "../../base/errors.ts";
import { classIdentity, registerFindInherited } from "../form/class-identity.ts";
import type { FunctionByText, ValueSource } from "../form/function-bundle.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { type FunctionText, placeholder, readFunctionText } from "../source/function-text.ts";
import { findInheritedClass } from "../source/inherited-class.ts";
import type { Inspection } from "../source/inspector.ts";
import { isModuleInit } from "../source/module-init.ts";
import type { Script } from "../source/script.ts";
import { readScriptFacts } from "../source/script-facts.ts";
import { sourcePosition } from "../source/source-position.ts";
import type { BundleBuilder } from "./bundle-builder.ts";
import { cacheInspection } from "./capture-cache.ts";
import type { CapturePath } from "./capture-path.ts";
import { captureValue } from "./capture-value.ts";
import { captureVariable } from "./capture-variable.ts";
import { isConstructor } from "./program-class.ts";

registerFindInherited(findInheritedClass);

/**
 * Captures a function as its text, with the variables that the text names.
 *
 * @throws {TargetError} when the text depends on its place in the program, or a variable cannot be sent.
 */
export function captureText(
  builder: BundleBuilder,
  fn: Callable,
  inspection: Inspection,
  path: CapturePath,
): FunctionByText {
  const script = inspection.script as Script;
  const text = Function.prototype.toString.call(fn);
  const fields = captureFields(builder, fn, path);
  const read = readFunctionText(fn, new Set(fields.refused));
  const scopeIndices = builder.scopes.addScopes(fn, inspection, (target) => builder.inspectNow(target));
  const owner = path.isRoot ? null : functionName(fn);
  const ownVariables: Record<string, ValueSource> = {};
  const place = { views: inspection.scopes, scopeIndices, script, owner, path };
  const isInit = read.placeholders.has(placeholder.assigned) && isModuleInit(fn);
  for (const [name, use] of read.variables) {
    const found = captureVariable(builder, { name, use, ...place, isModuleInit: isInit });
    if (found !== undefined) ownVariables[name] = found;
  }
  if (read.placeholders.has(placeholder.this)) {
    throw new TargetError(
      `${path.messageStart(fn)}: it uses "this" of the code around it, which cannot be sent; ` +
        "write const self = this; and use self",
    );
  }
  for (const name of read.placeholders) {
    if (name !== placeholder.this) ownVariables[name] = capturePlaceholder(builder, name, fn, inspection, path);
  }
  cacheInspection(fn, inspection, read.variables.keys());
  const position = sourcePosition(text, inspection);
  const prototype = capturePrototype(builder, fn, read, path);
  const isStrict = readScriptFacts(script).isStrict || read.isClass;
  return {
    by: "text",
    script: builder.scopes.addScript(script, isStrict),
    scope: scopeIndices[0] ?? null,
    name: functionName(fn),
    text: read.text,
    isMethod: read.isMethod,
    isClass: read.isClass,
    identity: read.isClass || prototype.parent !== null || isConstructor(fn) ? classIdentity(fn) : null,
    line: position?.line ?? 0,
    column: position?.column ?? 0,
    ownVariables,
    atDefinition: [...read.variables].filter(([, { atDefinition }]) => atDefinition).map(([name]) => name),
    fields: fields.sources,
    ...prototype,
  };
}

function capturePlaceholder(
  builder: BundleBuilder,
  name: string,
  fn: Callable,
  inspection: Inspection,
  path: CapturePath,
): ValueSource {
  switch (name) {
    case placeholder.meta:
      return { from: "meta", url: inspection.script?.url ?? "" };
    case placeholder.assigned:
      return { from: "assigned", function: functionName(fn), isQuiet: path.isModuleInit || isModuleInit(fn) };
    default:
      return captureValue(
        builder,
        Object.getPrototypeOf(fn),
        null,
        "super",
        path.toVariable("super", functionName(fn)),
      );
  }
}

// A static field whose value cannot be sent stays in the class's text when the text initialises it, so that the child
// makes its own. Any other such field refuses the function.
function captureFields(
  builder: BundleBuilder,
  fn: Callable,
  path: CapturePath,
): { sources: Record<string, ValueSource>; refused: string[] } {
  const sources: Record<string, ValueSource> = {};
  const refused: string[] = [];
  for (const [key, { value }] of dataFields(fn, Object.keys(fn))) {
    const fieldPath = path.toVariable(`${functionName(fn)}.${key}`, null);
    const isInText = new RegExp(`\\bstatic\\s+${key.replace(/\$/g, "\\$")}(?![\\w$])`).test(
      Function.prototype.toString.call(fn),
    );
    const capture = (to: BundleBuilder) => captureValue(to, value, null, `${functionName(fn)}.${key}`, fieldPath);
    if (isInText && !canCapture(builder, capture)) refused.push(key);
    else sources[key] = capture(builder);
  }
  return { sources, refused };
}

/** Whether what `capture` adds to a builder can be sent. */
export function canCapture(builder: BundleBuilder, capture: (to: BundleBuilder) => unknown): boolean {
  try {
    capture(builder.createTrial());
    return true;
  } catch (error) {
    if (error instanceof TargetError) return false;
    throw error;
  }
}

// Captures the fields that the program added to a prototype, and the constructor function whose prototype it inherits.
function capturePrototype(
  builder: BundleBuilder,
  fn: Callable,
  { isClass }: FunctionText,
  path: CapturePath,
): Pick<FunctionByText, "prototypeFields" | "parent"> {
  const prototypeFields: Record<string, ValueSource> = {};
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
  if (typeof prototype !== "object" || prototype === null) return { prototypeFields, parent: null };
  for (const [key, { value }] of dataFields(prototype, Object.keys(prototype))) {
    const name = `${functionName(fn)}.prototype.${key}`;
    prototypeFields[key] = captureValue(builder, value, null, name, path.toVariable(name, null));
  }
  const above: object | null = Object.getPrototypeOf(prototype);
  const parent = above?.constructor;
  // `Object.prototype` of any realm has no prototype.
  const isPlain = above === null || Object.getPrototypeOf(above) === null;
  const inherits = !isClass && !isPlain && typeof parent === "function" && /^function\b/.test(String(fn));
  return {
    prototypeFields,
    parent: inherits ? captureValue(builder, parent, null, "super", path.toVariable("super", functionName(fn))) : null,
  };
}

function dataFields(holder: object, keys: readonly string[]): [string, PropertyDescriptor][] {
  return keys
    .map(
      (key) =>
        [key, Object.getOwnPropertyDescriptor(holder, key) as PropertyDescriptor] as [string, PropertyDescriptor],
    )
    .filter(([, descriptor]) => "value" in descriptor);
}
