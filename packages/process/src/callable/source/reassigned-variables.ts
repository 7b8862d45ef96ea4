import { freeVariables } from "./free-variables.ts";
import type { Script } from "./script.ts";
import { childrenOf, isNode, namesOfPattern, parseScript, type SyntaxNode } from "./syntax.ts";

const cache = new WeakMap<Script, ReadonlySet<string>>();

/**
 * The names of all variables that a script assigns to after their declaration, whatever their scope. A name too many
 * only costs time; a missing one would make a capture wrong.
 */
export function reassignedVariables(script: Script): ReadonlySet<string> {
  const found = cache.get(script) ?? findAssigned(parseScript(script.source));
  cache.set(script, found);
  return found;
}

/** Whether a module assigns again to a variable that is declared at its top. */
export function isReassignedAtTop(script: Script, name: string): boolean {
  if (!reassignedVariables(script).has(name)) return false;
  const statements = (parseScript(script.source)?.body ?? []) as SyntaxNode[];
  // A name that a statement assigns to but does not declare can only be declared at the top.
  return statements
    .flatMap(evaluatedParts)
    .some((part) => freeVariables(part).assignments.some(({ names }) => names.includes(name)));
}

function evaluatedParts(statement: SyntaxNode): SyntaxNode[] {
  const declaration = isNode(statement.declaration) ? statement.declaration : statement;
  if (declaration.type !== "VariableDeclaration") return [declaration];
  return (declaration.declarations as SyntaxNode[]).map(({ init }) => init).filter(isNode);
}

function findAssigned(program: SyntaxNode | undefined): ReadonlySet<string> {
  const names = new Set<string>();
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
