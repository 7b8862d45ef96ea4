import { freeVariables } from "./free-variables.ts";
import type { Script } from "./script.ts";
import { childrenOf, isNode, namesOfPattern, parseScript, type SyntaxNode } from "./syntax.ts";

const known = new WeakMap<Script, ReadonlySet<string>>();

/** The names that something in a script assigns to, by name alone, wherever: one too many costs time, one too few would be wrong. */
export function reassignedIn(script: Script): ReadonlySet<string> {
  const found = known.get(script) ?? assignedBelow(parseScript(script.source));
  known.set(script, found);
  return found;
}

/** Whether something in a module assigns to a variable at its top, once that has its first value. */
export function isReassignedAtTop(script: Script, name: string): boolean {
  if (!reassignedIn(script).has(name)) return false;
  const statements = (parseScript(script.source)?.body ?? []) as SyntaxNode[];
  // What a statement does not declare itself is declared at the top, if at all.
  return statements
    .flatMap(parts)
    .some((part) => freeVariables(part).assignments.some(({ names }) => names.includes(name)));
}

function parts(statement: SyntaxNode): SyntaxNode[] {
  const declaration = isNode(statement.declaration) ? statement.declaration : statement;
  if (declaration.type !== "VariableDeclaration") return [declaration];
  return (declaration.declarations as SyntaxNode[]).map(({ init }) => init).filter(isNode);
}

function assignedBelow(program: SyntaxNode | undefined): ReadonlySet<string> {
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
