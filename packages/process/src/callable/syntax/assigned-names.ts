import { freeVariables } from "./free-variables.ts";
import { childrenOf, isNode, namesOfPattern, parseScript, type SyntaxNode } from "./parse.ts";

/** The names of all variables that a script assigns to after their declaration, whatever their scope. */
export function assignedNames(source: string): ReadonlySet<string> {
  const names = new Set<string>();
  const program = parseScript(source);
  const stack = program === undefined ? [] : [program];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const target =
      node.type === "UpdateExpression"
        ? node.argument
        : /^(AssignmentExpression|ForInStatement|ForOfStatement)$/.test(node.type)
          ? node.left
          : undefined;
    for (const name of namesOfPattern((target ?? null) as SyntaxNode | null)) names.add(name);
    stack.push(...childrenOf(node));
  }
  return names;
}

/** Whether a statement of a module assigns to a variable that it does not declare, which only the top can declare. */
export function assignsAtTop(source: string, name: string): boolean {
  const statements = (parseScript(source)?.body ?? []) as SyntaxNode[];
  return statements
    .flatMap(evaluatedParts)
    .some((part) => freeVariables(part).assignments.some(({ names }) => names.includes(name)));
}

function evaluatedParts(statement: SyntaxNode): SyntaxNode[] {
  const declaration = isNode(statement.declaration) ? statement.declaration : statement;
  if (declaration.type !== "VariableDeclaration") return [declaration];
  return (declaration.declarations as SyntaxNode[]).map(({ init }) => init).filter(isNode);
}
