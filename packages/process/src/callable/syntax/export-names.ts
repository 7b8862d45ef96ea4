import { namesOfPattern, parseSyntax, type SyntaxNode } from "./parse.ts";

/**
 * Reads the names that a module exports from its text, without running it.
 *
 * @param path the file of the text; only JavaScript modules are read.
 * @returns the names; `undefined` when the text does not show all: CommonJS, `export *`, TypeScript, or a syntax error.
 */
export function readExportNames(text: string, path: string): string[] | undefined {
  if (!/\.m?js$/.test(path)) return undefined;
  try {
    const statements = parseSyntax(text, "module").body as SyntaxNode[];
    const names = statements.flatMap(exportedBy);
    const isModule = statements.some(({ type }) => /^(Import|Export)/.test(type));
    return isModule && !names.includes("*") ? names : undefined;
  } catch {
    return undefined;
  }
}

/** The names that one statement exports; `*` for all exports of another module. */
function exportedBy(statement: SyntaxNode): string[] {
  const { type, declaration, exported, specifiers } = statement as SyntaxNode & Record<string, SyntaxNode | null>;
  if (type === "ExportDefaultDeclaration") return ["default"];
  if (type === "ExportAllDeclaration") return [exported ? exportName(exported) : "*"];
  if (type !== "ExportNamedDeclaration") return [];
  if (declaration) return declaredNames(declaration);
  return (specifiers as unknown as SyntaxNode[]).map((specifier) => exportName(specifier.exported as SyntaxNode));
}

/** The names that a declaration declares. */
export function declaredNames(declaration: SyntaxNode): string[] {
  if (declaration.type !== "VariableDeclaration") return namesOfPattern(declaration.id as SyntaxNode | null);
  return (declaration.declarations as SyntaxNode[]).flatMap(({ id }) => namesOfPattern(id as SyntaxNode));
}

/** A name in an `import` or `export` clause, where it may be a string. */
export function exportName(node: SyntaxNode): string {
  return node.type === "Identifier" ? (node.name as string) : String(node.value);
}
