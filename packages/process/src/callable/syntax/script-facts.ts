import { declaredNames, exportName } from "./export-names.ts";
import { isNode, namesOfPattern, parseScript, type SyntaxNode } from "./parse.ts";

/** An imported variable. */
export interface ImportBinding {
  readonly specifier: string;
  /** The export's name; `null` for the whole namespace. */
  readonly name: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether a declaration imports it, so that it has the value of the export at any time; `await import()` copies. */
  readonly isBinding: boolean;
}

/** A variable that holds a CommonJS module, or one of its exports. */
export interface RequireBinding {
  readonly specifier: string;
  /** The export's name; `null` for the whole module. */
  readonly member: string | null;
}

/** Facts read from the text of a script. */
export interface ScriptFacts {
  readonly isModule: boolean;
  readonly isStrict: boolean;
  /** Imported variables, by local name. */
  readonly imports: ReadonlyMap<string, ImportBinding>;
  /** Exported names, by local name. */
  readonly exports: ReadonlyMap<string, string>;
  /** The position of an anonymous default export. */
  readonly defaultExport: { readonly start: number; readonly end: number } | null;
  /** Variables initialised by `require("x")`, or by a transpiler's call around it. */
  readonly requires: ReadonlyMap<string, RequireBinding>;
}

/** Reads the facts of a script from its text. A text that does not parse gives no facts. */
export function readFacts(source: string): ScriptFacts {
  const facts = {
    isModule: false,
    isStrict: false,
    imports: new Map<string, ImportBinding>(),
    exports: new Map<string, string>(),
    defaultExport: null as { start: number; end: number } | null,
    requires: new Map<string, RequireBinding>(),
  };
  const program = parseScript(source);
  for (const statement of ((program?.body ?? []) as SyntaxNode[]).flatMap(unwrapped)) {
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
      exportName(key as SyntaxNode),
      (value as SyntaxNode).value as string,
    ]),
  );
  for (const { type, local, imported } of statement.specifiers as SyntaxNode[]) {
    const name = type === "ImportDefaultSpecifier" ? "default" : isNode(imported) ? exportName(imported) : null;
    imports.set(exportName(local as SyntaxNode), { specifier, name, attributes, isBinding: true });
  }
}

function readExport(statement: SyntaxNode, facts: { exports: Map<string, string> }): void {
  const declaration = statement.declaration as SyntaxNode | null;
  if (declaration !== null) for (const name of declaredNames(declaration)) facts.exports.set(name, name);
  if (isNode(statement.source)) return;
  for (const { local, exported } of statement.specifiers as SyntaxNode[]) {
    facts.exports.set(exportName(local as SyntaxNode), exportName(exported as SyntaxNode));
  }
}

/** The statements of a function that is called at once: a transpiler may wrap a whole module in one. */
export function unwrapped(statement: SyntaxNode): SyntaxNode[] {
  const { type, callee } = (statement.expression ?? statement) as SyntaxNode;
  const isCalledAtOnce = type === "CallExpression" && /Function/.test((callee as SyntaxNode).type);
  const body = isCalledAtOnce ? ((callee as SyntaxNode).body as SyntaxNode) : undefined;
  return body?.type === "BlockStatement" ? (body.body as SyntaxNode[]) : [statement];
}

interface DeclarationFacts {
  readonly imports: Map<string, ImportBinding>;
  readonly requires: Map<string, RequireBinding>;
}

function readDeclaration(statement: SyntaxNode, { imports, requires }: DeclarationFacts): void {
  if (statement.type !== "VariableDeclaration") return;
  for (const { id, init } of statement.declarations as SyntaxNode[]) {
    if (!isNode(init)) continue;
    const pattern = id as SyntaxNode;
    const imported = importedBy(init);
    const required = requiredBy(init);
    if (imported !== undefined) {
      for (const [name, member] of membersOf(pattern))
        imports.set(name, { specifier: imported, name: member, attributes: {}, isBinding: false });
    } else if (required !== undefined) {
      for (const [name, member] of membersOf(pattern))
        requires.set(name, { ...required, member: member ?? required.member });
    }
  }
}

// `await import("x")`
function importedBy({ type, argument }: SyntaxNode): string | undefined {
  if (type !== "AwaitExpression" || (argument as SyntaxNode).type !== "ImportExpression") return undefined;
  const source = (argument as SyntaxNode).source as SyntaxNode;
  return typeof source.value === "string" && !isNode((argument as SyntaxNode).options) ? source.value : undefined;
}

// The variables of a pattern, with the member that each gets; `null` for the whole value. Nested patterns are left out.
function membersOf(pattern: SyntaxNode): [string, string | null][] {
  if (pattern.type === "Identifier") return [[exportName(pattern), null]];
  if (pattern.type !== "ObjectPattern") return [];
  return (pattern.properties as SyntaxNode[])
    .filter(
      ({ type, value, computed }) => type === "Property" && !computed && (value as SyntaxNode).type === "Identifier",
    )
    .map(({ key, value }) => [exportName(value as SyntaxNode), exportName(key as SyntaxNode)]);
}

// `require("x")`, a member of it, or a transpiler's call around it.
function requiredBy(expression: SyntaxNode): RequireBinding | undefined {
  if (expression.type === "MemberExpression" && !expression.computed) {
    const whole = requiredBy(expression.object as SyntaxNode);
    return whole?.member === null ? { ...whole, member: exportName(expression.property as SyntaxNode) } : undefined;
  }
  if (expression.type !== "CallExpression") return undefined;
  const args = expression.arguments as SyntaxNode[];
  const specifier = args[0]?.value;
  if ((expression.callee as SyntaxNode).name !== "require") return args.map(requiredBy).find(Boolean);
  return typeof specifier === "string" ? { specifier, member: null } : undefined;
}
