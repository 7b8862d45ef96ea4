import { TargetError } from "../../base/errors.ts";
import type { RequiredForm, Source } from "../form/function-bundle.ts";
import { requireFrom } from "../load/load-module.ts";
import { stand, type VariableUse } from "../source/function-text.ts";
import type { Script } from "../source/script.ts";
import { factsOf, type RequireBinding } from "../source/script-facts.ts";
import type { Trail } from "./capture-path.ts";
import type { Gathering } from "./capture-queue.ts";
import { captureValue } from "./capture-value.ts";
import type { CapturedScope } from "./captured-scopes.ts";

/** A variable that a function names, and where it stands. */
export interface NamedVariable {
  readonly name: string;
  readonly use: VariableUse;
  /** The scopes around the function, innermost first. */
  readonly chain: readonly number[];
  readonly script: Script;
  /** The function that names it, when it is not the one that was started. */
  readonly owner: string | null;
  readonly trail: Trail;
}

/**
 * Takes a variable into the scope that holds it. A name that no scope holds is a global of the child, or a mistake that
 * shows there as it would here.
 *
 * @returns what it is, when it belongs to the function alone and to no scope.
 * @throws {TargetError} when what it holds cannot cross.
 */
export function captureVariable(capture: Gathering, variable: NamedVariable): Source | undefined {
  const { name, chain, script } = variable;
  // In a child, the texts that came there are functions like any other: they may be sent on.
  if (name === stand.meta || name === "__vite_ssr_import_meta__") return { from: "meta", url: script.url };
  if (name === "__vite_ssr_dynamic_import__") return { from: "importer", url: script.url };
  if (name === stand.assigned) return { from: "assigned", function: variable.owner ?? "" };
  for (const index of chain) {
    const scope = capture.scopes.at(index);
    if (!Object.hasOwn(scope.live, name)) continue;
    const known = scope.variables[name];
    if (known !== undefined && known.from !== "members") return undefined;
    const source = sourceOf(capture, variable, scope);
    const isMore = source.from === "members" && known?.from === "members";
    scope.variables[name] = isMore ? { ...source, members: { ...known.members, ...source.members } } : source;
    return undefined;
  }
  // What Node puts among the globals of `node -e` and the REPL alone.
  if (name === "require" && isRequire((globalThis as { require?: unknown }).require))
    return { from: "require", url: script.url };
  const imported = factsOf(script).imports.get(name);
  if (imported === undefined && variable.use.atDefinition && !(name in globalThis)) {
    throw new TargetError(
      `${variable.trail.refusal()}: the definition of a class names "${name}", which V8 has forgotten since; ` +
        "define the class at the top of its module",
    );
  }
  return imported && importSource(capture, imported, script);
}

function sourceOf(capture: Gathering, variable: NamedVariable, scope: CapturedScope): Source {
  const { name, use, script, owner, trail } = variable;
  const facts = factsOf(script);
  const imported = capture.scopes.isTop(scope) ? facts.imports.get(name) : undefined;
  if (imported !== undefined) return importSource(capture, imported, script);
  const place = trail.variable(name, owner);
  const value = readVariable(capture, variable, scope);
  if (name === "require" && isRequire(value)) return { from: "require", url: script.url };
  const required = facts.requires.get(name);
  const form = required && requiredForm(required, value, script);
  if (required !== undefined && form !== undefined) return { from: "required", url: script.url, ...required, as: form };
  return captureValue(capture, value, use.members, name, place);
}

function isRequire(value: unknown): boolean {
  return typeof value === "function" && "cache" in value && "resolve" in value;
}

// A variable made by `require` is one no more when something else was put there since.
function requiredForm(
  { specifier, member }: RequireBinding,
  value: unknown,
  { url }: Script,
): RequiredForm | undefined {
  let exports: unknown;
  try {
    exports = requireFrom(url)(specifier);
  } catch {
    return undefined;
  }
  if (member !== null) return (exports as Record<string, unknown>)?.[member] === value ? "exports" : undefined;
  if (exports === value) return "exports";
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) === null) return undefined;
  if ((value as { default?: unknown }).default === exports) return "namespace";
  const inner = (exports as { default?: unknown } | undefined)?.default;
  return inner !== undefined && (value as { default?: unknown }).default === inner ? "copy" : undefined;
}

function importSource(
  capture: Gathering,
  {
    specifier,
    name,
    attributes,
  }: { specifier: string; name: string | null; attributes: Readonly<Record<string, string>> },
  script: Script,
): Source {
  const request = capture.request({ specifier, from: script.url, attributes });
  return { from: "import", request, name };
}

function readVariable(
  capture: Gathering,
  { name, script, owner, trail }: NamedVariable,
  scope: CapturedScope,
): unknown {
  let value: unknown;
  let hasValue = true;
  try {
    value = scope.live[name];
    // Node 20 shows `undefined` for what has no value yet.
    hasValue = value !== undefined || !capture.scopes.isTop(scope) || !factsOf(script).neverUndefined.has(name);
  } catch {
    hasValue = false;
  }
  if (hasValue) return value;
  throw new TargetError(
    `${trail.variable(name, owner).refusal()} has no value yet; start the process after the line that declares it`,
  );
}
