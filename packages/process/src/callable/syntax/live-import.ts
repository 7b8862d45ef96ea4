import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** An export of a module, as another module imports it. */
export interface ImportedName {
  /** The URL of the importing module. */
  readonly from: string;
  readonly specifier: string;
  readonly name: string;
}

const found = new Map<string, boolean>();
/** Modules that one question may read: a module that exports all of others may be one of many. */
const mostModules = 30;

/**
 * Whether an import may get another value: its module declares it by `let` or `var` and assigns to it. Reads the text
 * of the module, and of those that it re-exports, without running or parsing it. Reads no package in `node_modules`.
 *
 * An answer "yes" too many only makes the variable slower.
 */
export function isLiveImport({ from, specifier, name }: ImportedName): boolean {
  const key = `${from} ${specifier} ${name}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const isLive = isAssigned({ from, specifier, name }, new Set());
  found.set(key, isLive);
  return isLive;
}

function isAssigned({ from, specifier, name }: ImportedName, seen: Set<string>): boolean {
  const file = fileOf(specifier, from);
  if (file === undefined || seen.size === mostModules || seen.has(`${file} ${name}`)) return false;
  seen.add(`${file} ${name}`);
  const text = readFileSync(file, "utf8");
  const url = pathToFileURL(file).href;
  for (const [, clause = "", source = ""] of text.matchAll(fromClause)) {
    const original = clause.startsWith("*") ? name : originalName(clause, name);
    if (original !== undefined && isAssigned({ from: url, specifier: source, name: original }, seen)) return true;
  }
  return (
    assigns(text, name) ||
    [...text.matchAll(exportClause)].some(([, clause = ""]) => {
      const local = originalName(clause, name);
      return local !== undefined && local !== name && assigns(text, local);
    })
  );
}

const fromClause = /\b(?:import|export)\s*(?:type\s*)?(\*(?=\s*from)|\{[^}]*\})\s*from\s*["']([^"'\n]+)["']/g;
const exportClause = /\bexport\s*(\{[^}]*\})/g;

/** The name before `as` in `{ local as name }`; `undefined` when the clause does not have the name. */
function originalName(clause: string, name: string): string | undefined {
  const item = new RegExp(`[{,]\\s*(?:([\\w$]+)\\s+as\\s+)?${escaped(name)}\\s*[,}]`).exec(clause);
  return item === null ? undefined : (item[1] ?? name);
}

// A declaration at the top, and an assignment that is neither its initialiser nor a compiled enum's.
function assigns(text: string, name: string): boolean {
  const variable = escaped(name);
  const declared = `(?:^|[;}])\\s*(?:export\\s+)?(?:let|var)\\s+(?:[\\w$]+\\s*(?:=[^,;\\n]*)?,\\s*)*${variable}(?![\\w$])`;
  if (!new RegExp(declared, "m").test(text)) return false;
  const operator = "(?:=(?![=>])|\\+\\+|--|(?:\\*\\*|<<|>>>?|&&|\\|\\||\\?\\?|[-+*/%&|^])=)";
  const before = "(?<![\\w$.])(?<!\\b(?:let|var|const)\\s+)(?<!\\|\\|\\s*\\()";
  return new RegExp(`${before}${variable}\\s*${operator}|(?:\\+\\+|--)\\s*${variable}(?![\\w$])`).test(text);
}

function escaped(name: string): string {
  return name.replace(/\$/g, "\\$");
}

// A TypeScript module may be imported without its extension, or by that of its output.
const endings = [".ts", ".tsx", ".js", "/index.ts", "/index.js"];

function fileOf(specifier: string, from: string): string | undefined {
  if (!from.startsWith("file:") || specifier.startsWith("node:")) return undefined;
  try {
    const isRelative = /^(\.{0,2}\/|file:)/.test(specifier);
    const path = isRelative ? fileURLToPath(new URL(specifier, from)) : createRequire(from).resolve(specifier);
    if (!path.startsWith("/") || path.includes("/node_modules/")) return undefined;
    const source = path.replace(/(\.[cm]?)js$/, "$1ts");
    const candidates = [path, source, `${source}x`, ...endings.map((ending) => path + ending)];
    return candidates.find((file) => /\.[cm]?[jt]sx?$/.test(file) && existsSync(file));
  } catch {
    return undefined;
  }
}
