import { namesOfPattern, parseSyntax, type SyntaxNode } from "./syntax.ts";

/**
 * The names that a module exports, as far as its text tells without running it.
 *
 * @param path where the text is from; only JavaScript modules are read.
 * @returns the names; `undefined` when the text cannot tell: CommonJS, `export *`, TypeScript, or text that does not parse.
 */
export function exportsOf(text: string, path: string): string[] | undefined {
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

/** The names under which one statement of a module exports; `*` for all that another module does. */
function exportedBy(statement: SyntaxNode): string[] {
  const { type, declaration, exported, specifiers } = statement as SyntaxNode & Record<string, SyntaxNode | null>;
  if (type === "ExportDefaultDeclaration") return ["default"];
  if (type === "ExportAllDeclaration") return [exported ? exportName(exported) : "*"];
  if (type !== "ExportNamedDeclaration") return [];
  if (declaration) return declaredBy(declaration);
  return (specifiers as unknown as SyntaxNode[]).map((specifier) => exportName(specifier.exported as SyntaxNode));
}

/** The names that a declaration declares. */
export function declaredBy(declaration: SyntaxNode): string[] {
  if (declaration.type !== "VariableDeclaration") return namesOfPattern(declaration.id as SyntaxNode | null);
  return (declaration.declarations as SyntaxNode[]).flatMap(({ id }) => namesOfPattern(id as SyntaxNode));
}

/** A name as it stands in `import` and `export`, where it may be a string. */
export function exportName(node: SyntaxNode): string {
  return node.type === "Identifier" ? (node.name as string) : String(node.value);
}
