import type { PropertyKeySource } from "../form/function-bundle.ts";
import type { Inspection } from "../source/inspector.ts";
import type { Script } from "../source/script.ts";
import { readScriptFacts } from "../source/script-facts.ts";
import type { ClassMember } from "../syntax/class-members.ts";
import type { BundleBuilder } from "./bundle-builder.ts";
import { findGlobalPath } from "./global-path.ts";

/** Captures the key of a property. A symbol that the script of its function imports is imported by the child too. */
export function captureKey(
  builder: BundleBuilder,
  key: string | symbol,
  { script, scopes }: Inspection,
): PropertyKeySource {
  if (typeof key === "string") return key;
  if (!isOfProgram(key)) return builder.addSymbol(key);
  for (const [name, { specifier, name: exported, attributes }] of readScriptFacts(script as Script).imports) {
    if (!scopes.some(({ variables }) => Object.hasOwn(variables, name) && variables[name] === key)) continue;
    const request = builder.addRequest({ specifier, from: (script as Script).url, attributes });
    return { from: "import", request, name: exported, isLive: false };
  }
  return builder.addSymbol(key);
}

/**
 * Whether the child gets the computed key of a class's member from the sender. It computes a symbol of the program
 * itself if it can: the symbol may be a part of an imported module.
 */
export function isGivenKey(key: string | symbol, { keyNames }: ClassMember, { script, scopes }: Inspection): boolean {
  if (typeof key === "string" || !isOfProgram(key)) return true;
  const { imports } = readScriptFacts(script as Script);
  const isKnown = (name: string) =>
    name in globalThis || imports.has(name) || scopes.some(({ variables }) => Object.hasOwn(variables, name));
  return !keyNames.every(isKnown);
}

function isOfProgram(symbol: symbol): boolean {
  return Symbol.keyFor(symbol) === undefined && findGlobalPath(symbol) === undefined;
}
