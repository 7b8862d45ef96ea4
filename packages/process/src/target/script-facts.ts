import type { Script } from "./script.ts";
import { isNode, namesOfPattern, parseScript, type SyntaxNode } from "./syntax.ts";

/** What a module imports under one name. */
export interface ImportBinding {
  readonly specifier: string;
  /** The export's name; `null` for the whole namespace. */
  readonly name: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What the text of a script tells of it. */
export interface ScriptFacts {
  readonly isModule: boolean;
  readonly isStrict: boolean;
  /** Local names of what is imported. */
  readonly imports: ReadonlyMap<string, ImportBinding>;
  /** Local names of what is exported, with the names under which it is. */
  readonly exports: ReadonlyMap<string, string>;
  /** Where a default export without a name of its own stands. */
  readonly defaultExport: { readonly start: number; readonly end: number } | null;
  /** Variables made by `require("x")`, or by what a transpiler puts around it: the pattern that declares them, and the expression. */
  readonly loads: ReadonlyMap<string, { readonly pattern: SyntaxNode; readonly expression: SyntaxNode }>;
  /** Variables at the top that hold something as soon as they hold anything: classes, and constants made of literals. */
  readonly neverUndefined: ReadonlySet<string>;
}

const known = new WeakMap<Script, ScriptFacts>();

/** Reads a script's text, once. A text that does not parse tells nothing. */
export function factsOf(script: Script): ScriptFacts {
  const found = known.get(script) ?? read(script.source);
  known.set(script, found);
  return found;
}

function read(source: string): ScriptFacts {
  const facts = {
    isModule: false,
    isStrict: false,
    imports: new Map<string, ImportBinding>(),
    exports: new Map<string, string>(),
    defaultExport: null as { start: number; end: number } | null,
    loads: new Map<string, { pattern: SyntaxNode; expression: SyntaxNode }>(),
    neverUndefined: new Set<string>(),
  };
  const program = parseScript(source);
  for (const statement of (program?.body ?? []) as SyntaxNode[]) {
    const declaration = statement.declaration as SyntaxNode | null | undefined;
    if (/^(Import|Export)/.test(statement.type)) facts.isModule = true;
    if (statement.type === "ImportDeclaration") readImport(statement, facts.imports);
    else if (statement.type === "ExportNamedDeclaration") readExport(statement, facts);
    else if (statement.type === "ExportDefaultDeclaration" && declaration) {
      const [name] = namesOfPattern((declaration.id ?? declaration) as SyntaxNode | null);
      if (name !== undefined) facts.exports.set(name, "default");
      else facts.defaultExport = { start: declaration.start, end: declaration.end };
    }
    readDeclaration(isNode(declaration) ? declaration : statement, facts);
  }
  const [first] = (program?.body ?? []) as SyntaxNode[];
  facts.isStrict = facts.isModule || first?.directive === "use strict";
  return facts;
}

function readImport(statement: SyntaxNode, imports: Map<string, ImportBinding>): void {
  const specifier = (statement.source as SyntaxNode).value as string;
  const attributes = Object.fromEntries(
    ((statement.attributes ?? []) as SyntaxNode[]).map(({ key, value }) => [
      nameOf(key as SyntaxNode),
      (value as SyntaxNode).value as string,
    ]),
  );
  for (const { type, local, imported } of statement.specifiers as SyntaxNode[]) {
    const name = type === "ImportDefaultSpecifier" ? "default" : isNode(imported) ? nameOf(imported) : null;
    imports.set(nameOf(local as SyntaxNode), { specifier, name, attributes });
  }
}

function readExport(statement: SyntaxNode, facts: { exports: Map<string, string> }): void {
  const declaration = statement.declaration as SyntaxNode | null;
  if (declaration !== null) for (const name of declaredBy(declaration)) facts.exports.set(name, name);
  if (isNode(statement.source)) return;
  for (const { local, exported } of statement.specifiers as SyntaxNode[]) {
    facts.exports.set(nameOf(local as SyntaxNode), nameOf(exported as SyntaxNode));
  }
}

interface Declared {
  readonly imports: Map<string, ImportBinding>;
  readonly loads: Map<string, { pattern: SyntaxNode; expression: SyntaxNode }>;
  readonly neverUndefined: Set<string>;
}

function readDeclaration(statement: SyntaxNode, { imports, loads, neverUndefined }: Declared): void {
  if (statement.type === "ClassDeclaration") for (const name of declaredBy(statement)) neverUndefined.add(name);
  if (statement.type !== "VariableDeclaration") return;
  for (const { id, init } of statement.declarations as SyntaxNode[]) {
    if (!isNode(init)) continue;
    const pattern = id as SyntaxNode;
    const specifier = importedBy(init);
    if (specifier !== undefined) readImportCall(pattern, specifier, imports);
    else if (requires(init)) for (const name of namesOfPattern(pattern)) loads.set(name, { pattern, expression: init });
    if (statement.kind === "const" && /^(Literal|Template|Object|Array|Function|Class|New)/.test(init.type)) {
      for (const name of namesOfPattern(pattern)) neverUndefined.add(name);
    }
  }
}

// `await import("x")`
function importedBy({ type, argument }: SyntaxNode): string | undefined {
  if (type !== "AwaitExpression" || (argument as SyntaxNode).type !== "ImportExpression") return undefined;
  const source = (argument as SyntaxNode).source as SyntaxNode;
  return typeof source.value === "string" && !isNode((argument as SyntaxNode).options) ? source.value : undefined;
}

function readImportCall(pattern: SyntaxNode, specifier: string, imports: Map<string, ImportBinding>): void {
  if (pattern.type === "Identifier") imports.set(nameOf(pattern), { specifier, name: null, attributes: {} });
  if (pattern.type !== "ObjectPattern") return;
  for (const { type, key, value, computed } of pattern.properties as SyntaxNode[]) {
    if (type !== "Property" || computed || (value as SyntaxNode).type !== "Identifier") continue;
    imports.set(nameOf(value as SyntaxNode), { specifier, name: nameOf(key as SyntaxNode), attributes: {} });
  }
}

function declaredBy(declaration: SyntaxNode): string[] {
  if (declaration.type !== "VariableDeclaration") return namesOfPattern(declaration.id as SyntaxNode | null);
  return (declaration.declarations as SyntaxNode[]).flatMap(({ id }) => namesOfPattern(id as SyntaxNode));
}

function requires({ type, callee, arguments: args }: SyntaxNode): boolean {
  if (type !== "CallExpression") return false;
  return (callee as SyntaxNode).name === "require" || (args as SyntaxNode[]).some(requires);
}

function nameOf(node: SyntaxNode): string {
  return node.type === "Identifier" ? (node.name as string) : String(node.value);
}
