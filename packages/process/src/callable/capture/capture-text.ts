import { TargetError } from "../../base/errors.ts";
import type { FunctionByText, Source } from "../form/function-bundle.ts";
import { nameOf } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { type FunctionText, stand, textOf } from "../source/function-text.ts";
import type { Inspected } from "../source/inspector.ts";
import type { Script } from "../source/script.ts";
import { factsOf } from "../source/script-facts.ts";
import { sourcePosition } from "../source/source-position.ts";
import { remember } from "./capture-cache.ts";
import type { Trail } from "./capture-path.ts";
import type { Gathering } from "./capture-queue.ts";
import { captureValue } from "./capture-value.ts";
import { captureVariable } from "./capture-variable.ts";

/**
 * Takes a function as its text, with what the text names.
 *
 * @throws {TargetError} when the text cannot stand elsewhere, or a variable cannot cross.
 */
export function captureText(capture: Gathering, fn: Callable, inspected: Inspected, trail: Trail): FunctionByText {
  const script = inspected.script as Script;
  const text = Function.prototype.toString.call(fn);
  const fields = captureFields(capture, fn, trail);
  const read = textOf(fn, new Set(fields.refused));
  const chain = capture.scopes.chain(inspected);
  const owner = trail.isRoot ? null : nameOf(fn);
  const own: Record<string, Source> = {};
  for (const [name, use] of read.variables) {
    const found = captureVariable(capture, { name, use, chain, script, owner, trail });
    if (found !== undefined) own[name] = found;
  }
  if (read.stands.has(stand.this)) {
    throw new TargetError(
      `${trail.refusal(fn)}: it uses "this" of the code around it, which cannot be had; write const self = this; and use self`,
    );
  }
  for (const name of read.stands) {
    if (name !== stand.this) own[name] = captureStand(capture, name, fn, inspected, trail);
  }
  remember(fn, inspected, read.variables.keys());
  const position = sourcePosition(text, inspected);
  const isStrict = factsOf(script).isStrict || read.isClass;
  return {
    by: "text",
    script: capture.scopes.script(script, isStrict),
    scope: chain[0] ?? null,
    name: nameOf(fn),
    text: read.text,
    isMethod: read.isMethod,
    isClass: read.isClass,
    line: position?.line ?? 0,
    column: position?.column ?? 0,
    own,
    atDefinition: [...read.variables].filter(([, { atDefinition }]) => atDefinition).map(([name]) => name),
    fields: fields.sources,
    ...capturePrototype(capture, fn, read, trail),
  };
}

function captureStand(capture: Gathering, name: string, fn: Callable, inspected: Inspected, trail: Trail): Source {
  switch (name) {
    case stand.meta:
      return { from: "meta", url: inspected.script?.url ?? "" };
    case stand.assigned:
      return { from: "assigned", function: nameOf(fn) };
    default:
      return captureValue(capture, Object.getPrototypeOf(fn), null, "super", trail.variable("super", nameOf(fn)));
  }
}

// Fields that cannot cross stay with a class's text when that makes them; any other refuses the function.
function captureFields(
  capture: Gathering,
  fn: Callable,
  trail: Trail,
): { sources: Record<string, Source>; refused: string[] } {
  const sources: Record<string, Source> = {};
  const refused: string[] = [];
  for (const [key, { value }] of dataFields(fn, Object.keys(fn))) {
    const place = trail.variable(`${nameOf(fn)}.${key}`, null);
    const inText = new RegExp(`\\bstatic\\s+${key.replace(/\$/g, "\\$")}(?![\\w$])`).test(
      Function.prototype.toString.call(fn),
    );
    if (inText && !crosses(capture, value, place)) refused.push(key);
    else sources[key] = captureValue(capture, value, null, `${nameOf(fn)}.${key}`, place);
  }
  return { sources, refused };
}

function crosses(capture: Gathering, value: unknown, trail: Trail): boolean {
  try {
    captureValue(capture.trial(), value, null, "", trail);
    return true;
  } catch (error) {
    if (error instanceof TargetError) return false;
    throw error;
  }
}

// What was put on a prototype after the text had made it, and what it was made to inherit from.
function capturePrototype(
  capture: Gathering,
  fn: Callable,
  { isClass }: FunctionText,
  trail: Trail,
): Pick<FunctionByText, "prototypeFields" | "parent"> {
  const prototypeFields: Record<string, Source> = {};
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
  if (typeof prototype !== "object" || prototype === null) return { prototypeFields, parent: null };
  for (const [key, { value }] of dataFields(prototype, Object.keys(prototype))) {
    const path = `${nameOf(fn)}.prototype.${key}`;
    prototypeFields[key] = captureValue(capture, value, null, path, trail.variable(path, null));
  }
  const above: object | null = Object.getPrototypeOf(prototype);
  const parent = above?.constructor;
  // Above an Object's prototype, of whichever realm, is nothing.
  const isPlain = above === null || Object.getPrototypeOf(above) === null;
  const inherits = !isClass && !isPlain && typeof parent === "function" && /^function\b/.test(String(fn));
  return {
    prototypeFields,
    parent: inherits ? captureValue(capture, parent, null, "super", trail.variable("super", nameOf(fn))) : null,
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
