/** A node of a syntax tree, as ESTree has it; what it holds besides is asked for by name. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

let acorn: typeof import("acorn") | undefined;

/**
 * Parses JavaScript as it stands in a file, or a part of it that was taken out of its surroundings: `super`, private
 * names and `await` are let pass wherever they stand.
 *
 * @throws {SyntaxError} when the text does not parse.
 */
export function parseSyntax(text: string, sourceType: "module" | "script"): SyntaxNode {
  acorn ??= process.getBuiltinModule("node:module").createRequire(import.meta.url)("acorn") as typeof import("acorn");
  const program: unknown = acorn.parse(text, {
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

/** Parses a whole script, of whichever kind; `undefined` when it does not parse. */
export function parseScript(source: string): SyntaxNode | undefined {
  for (const sourceType of ["module", "script"] as const) {
    try {
      return parseSyntax(source, sourceType);
    } catch {
      // It may be of the other kind.
    }
  }
  return undefined;
}

/** Whether a value that a node holds is a node itself. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";
}

/** The nodes right below a node, in the order of the text. */
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
