import { TargetError } from "../../base/errors.ts";
import type { RequiredForm, ValueSource } from "../form/function-bundle.ts";
import { functionName } from "../form/function-name.ts";
import { isPlaceholderName } from "../form/placeholder-names.ts";
import type { Callable } from "../form/target.ts";
import { weakIdentity } from "../form/weak-identity.ts";
import { isBeforeAssignment } from "../load/assignment-warning.ts";
import { createRequireAt } from "../load/module-variables.ts";
import type { ScopeView } from "../source/inspector.ts";
import { syntax } from "../source/load-syntax.ts";
import type { Script } from "../source/script.ts";
import { readScriptFacts } from "../source/script-facts.ts";
import type { VariableUse } from "../syntax/read-text.ts";
import type { ImportBinding, RequireBinding } from "../syntax/script-facts.ts";
import type { BundleBuilder } from "./bundle-builder.ts";
import type { CapturePath } from "./capture-path.ts";
import { captureValue } from "./capture-value.ts";
import type { CapturedScope } from "./captured-scopes.ts";
import { isCompiledPrivate } from "./compiled-private.ts";
import { requireUrl } from "./find-require.ts";

/** A variable that a function names, and its place in the program. */
export interface NamedVariable {
  readonly name: string;
  readonly use: VariableUse;
  readonly fn: Callable;
  /** The scopes around the function, innermost first, as V8 shows them, and their indices in the bundle. */
  readonly views: readonly ScopeView[];
  readonly scopeIndices: readonly number[];
  readonly script: Script;
  /** The function that names it, when it is not the started one. */
  readonly owner: string | null;
  /** The path of the function. */
  readonly path: CapturePath;
  /** Whether the function is one by which a bundler evaluates a module once. */
  readonly isModuleInit: boolean;
}

/**
 * Captures a variable in the scope that holds it. Ignores a name that no scope holds: it is a global of the child, or a
 * mistake that throws a ReferenceError there as it would here.
 *
 * @returns its source, when no scope holds it and the function gets it as a variable of its own.
 * @throws {TargetError} when its value cannot be sent.
 */
export function captureVariable(builder: BundleBuilder, variable: NamedVariable): ValueSource | undefined {
  const { name, views, scopeIndices, script } = variable;
  // A function that was rebuilt in this child may be sent on: its text names the placeholders.
  if (isPlaceholderName(name, "meta") || name === "__vite_ssr_import_meta__") return { from: "meta", url: script.url };
  if (name === "__vite_ssr_dynamic_import__") return { from: "importer", url: script.url, root: viteRoot() };
  if (isPlaceholderName(name, "assigned")) {
    const holder = views.find((view) => Object.hasOwn(view.variables, name));
    if (isBeforeAssignment(holder?.variables[name]))
      return { from: "assigned", function: variable.owner ?? "", isQuiet: false };
  }
  for (const [distance, index] of scopeIndices.entries()) {
    const { variables: values } = views[distance] as ScopeView;
    if (!Object.hasOwn(values, name)) continue;
    const scope = builder.scopes.at(index);
    const known = scope.variables[name];
    if (known !== undefined && known.from !== "members") return undefined;
    const source = captureFromScope(builder, variable, scope, values);
    const isMore = source.from === "members" && known?.from === "members";
    const value = source.from === "value" ? values[name] : null;
    if (typeof value === "object" && value !== null) scope.versions[name] = scope.identity.versionOf(name, value);
    scope.variables[name] = isMore ? { ...source, members: { ...known.members, ...source.members } } : source;
    return undefined;
  }
  // `require` is a global in `node -e` and the REPL only.
  if (name === "require" && isRequire((globalThis as { require?: unknown }).require))
    return { from: "require", url: script.url };
  const imported = readScriptFacts(script).imports.get(name);
  if (imported === undefined && variable.use.atDefinition && !(name in globalThis)) {
    throw new TargetError(
      `${variable.path.messageStart()}: the definition of a class names "${name}", which V8 has not kept; ` +
        "export it, or use it in a method of the class",
    );
  }
  return imported && importSource(builder, imported, script);
}

// Vitest shows its configuration to the tests. Vite's own default is the working directory.
function viteRoot(): string {
  const { __vitest_worker__: worker } = globalThis as { __vitest_worker__?: { config?: { root?: string } } };
  return worker?.config?.root ?? process.cwd();
}

function captureFromScope(
  builder: BundleBuilder,
  variable: NamedVariable,
  scope: CapturedScope,
  values: ScopeView["variables"],
): ValueSource {
  const { name, use, script, owner, path, isModuleInit, fn } = variable;
  const facts = readScriptFacts(script);
  const imported = builder.scopes.isTop(scope) ? facts.imports.get(name) : undefined;
  if (imported !== undefined) return importSource(builder, imported, script);
  const variablePath = path.toVariable(name, owner, isModuleInit);
  const value = readVariable(variable, values);
  if (name === "require" && isRequire(value))
    return { from: "require", url: requireUrl(value, script.url) ?? script.url };
  const required = facts.requires.get(name);
  const form = required && requiredForm(required, value, script);
  if (required !== undefined && form !== undefined) return { from: "required", url: script.url, ...required, as: form };
  if (isCompiledPrivate(name, value, fn, variablePath))
    return { from: "private", id: weakIdentity(value), isMap: value instanceof WeakMap };
  const text = Function.prototype.toString.call(fn);
  const moduleCache = syntax().moduleCacheSource(name, value, {
    text,
    requireName: functionName(fn),
    source: script.source,
  });
  return moduleCache ?? captureValue(builder, value, use.members, name, variablePath);
}

// Node's `require` has no `cache` where a hook of `module.register()` has given it the text of the module.
function isRequire(value: unknown): value is NodeJS.Require {
  return typeof value === "function" && "resolve" in value;
}

// How a variable was made from the result of `require`; `undefined` when another value has been assigned to it since.
function requiredForm(
  { specifier, member }: RequireBinding,
  value: unknown,
  { url }: Script,
): RequiredForm | undefined {
  let exports: unknown;
  try {
    exports = createRequireAt(url)(specifier);
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
  builder: BundleBuilder,
  { specifier, name, attributes, isBinding }: ImportBinding,
  script: Script,
): ValueSource {
  const request = builder.addRequest({ specifier, from: script.url, attributes });
  const isLive = isBinding && name !== null && syntax().isLiveImport({ from: script.url, specifier, name });
  return { from: "import", request, name, isLive };
}

function readVariable({ name, owner, path }: NamedVariable, values: ScopeView["variables"]): unknown {
  try {
    return values[name];
  } catch {
    throw new TargetError(
      `${path.toVariable(name, owner).messageStart()} has no value yet; ` +
        "start the process after the line that declares it",
    );
  }
}
