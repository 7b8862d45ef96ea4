import { elementsOf } from "./class-members.ts";
import { parseSyntax, type SyntaxNode } from "./parse.ts";

/** The names of the private members that objects of a class have, with those that a compiler has replaced. */
export function privateNames(text: string): string[] {
  const compiled = [...text.matchAll(/__privateAdd\(this, _(\w+)|__classPrivateField[GS]et\(this, _\w*?_(\w+)/g)];
  // A constructor that is no class, such as a method, has no private names of its own.
  if (!text.startsWith("class") || !/#[\p{ID_Start}$_]/u.test(text))
    return [...new Set(compiled.map(([, a, b]) => `#${a ?? b}`))];
  const root = parseSyntax(`(${text}\n)`, "module");
  const node = ((root.body as SyntaxNode[])[0] as SyntaxNode).expression as SyntaxNode;
  if (node.type !== "ClassExpression") return [];
  return elementsOf(node)
    .filter(({ key, static: isStatic }) => (key as SyntaxNode | undefined)?.type === "PrivateIdentifier" && !isStatic)
    .map(({ key }) => `#${(key as SyntaxNode).name}`);
}
