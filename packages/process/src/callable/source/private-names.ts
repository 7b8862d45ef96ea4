import type { Callable } from "../form/target.ts";
import { parseSyntax, type SyntaxNode } from "./syntax.ts";

/**
 * The private members that objects of a class have. Those that a compiler has replaced by weak maps count as well: the
 * maps of the child do not have its copy.
 */
export function privateNames(fn: Callable): string[] {
  const text = Function.prototype.toString.call(fn);
  const compiled = [...text.matchAll(/__privateAdd\(this, _(\w+)|__classPrivateField[GS]et\(this, _\w*?_(\w+)/g)];
  // A constructor that is no class, such as a method, has no private names of its own.
  if (!text.startsWith("class") || !/#[\p{ID_Start}$_]/u.test(text))
    return [...new Set(compiled.map(([, a, b]) => `#${a ?? b}`))];
  const root = parseSyntax(`(${text}\n)`, "module");
  const node = ((root.body as SyntaxNode[])[0] as SyntaxNode).expression as SyntaxNode;
  if (node.type !== "ClassExpression") return [];
  return ((node.body as SyntaxNode).body as SyntaxNode[])
    .filter(({ key, static: isStatic }) => (key as SyntaxNode | undefined)?.type === "PrivateIdentifier" && !isStatic)
    .map(({ key }) => `#${(key as SyntaxNode).name}`);
}
