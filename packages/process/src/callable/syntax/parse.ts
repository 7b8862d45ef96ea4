import { parse } from "acorn";

/** A node of an ESTree syntax tree. The members that depend on its type are read by name. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/**
 * Parses a file, or a part of one: `super`, private names and `await` are allowed everywhere, since the part may be
 * from a class or an async function.
 *
 * @throws {SyntaxError} when the text does not parse.
 */
export function parseSyntax(text: string, sourceType: "module" | "script"): SyntaxNode {
  const program: unknown = parse(text, {
    ecmaVersion: "latest",
    sourceType,
    allowHashBang: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    checkPrivateFields: false,
  });
  return program as SyntaxNode;
}

/** Parses a script or a module; `undefined` when the text does not parse as either. */
export function parseScript(source: string): SyntaxNode | undefined {
  for (const sourceType of ["module", "script"] as const) {
    try {
      return parseSyntax(source, sourceType);
    } catch (error) {
      // It may be a script rather than a module.
      if (!isSyntaxError(error)) throw error;
    }
  }
  return undefined;
}

/** Whether an error says that a text does not parse. In a context of node:vm, it is of another realm's class. */
export function isSyntaxError(error: unknown): boolean {
  return (error as Error | undefined)?.name === "SyntaxError";
}

/** Whether a member of a node is a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";
}

/** The child nodes of a node, in the order of its members. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) children.push(...value.filter(isNode));
    else if (isNode(value)) children.push(value);
  }
  return children;
}

/** The names that a pattern declares: `{ a, b: [c = 1], ...d }` declares a, c and d. */
export function namesOfPattern(pattern: SyntaxNode | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name as string];
    case "ObjectPattern":
      return (pattern.properties as SyntaxNode[]).flatMap((property) =>
        namesOfPattern((property.type === "RestElement" ? property.argument : property.value) as SyntaxNode),
      );
    case "ArrayPattern":
      return (pattern.elements as (SyntaxNode | null)[]).flatMap(namesOfPattern);
    case "AssignmentPattern":
      return namesOfPattern(pattern.left as SyntaxNode);
    case "RestElement":
      return namesOfPattern(pattern.argument as SyntaxNode);
    default:
      return [];
  }
}
