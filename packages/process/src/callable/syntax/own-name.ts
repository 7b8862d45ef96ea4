import type { Callable } from "../form/target.ts";
import { freeVariables } from "./free-variables.ts";
import { childrenOf, parseScript, type SyntaxNode } from "./parse.ts";
import { parseFunction } from "./parse-function.ts";
import { type ScriptPlace, sourcePosition } from "./source-position.ts";

/** How a text uses the name that it gives itself. */
interface OwnNameUse {
  /** `null` when it does not use it. */
  readonly name: string | null;
  readonly isAssigned: boolean;
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * Whether a function uses its own name as a variable of the code around it, which has or may get another value there:
 * the name of a declaration that assigns to itself, or that the program has replaced.
 */
export function isNameOuter(
  fn: Callable,
  place: ScriptPlace & { readonly scopes: readonly { readonly variables: Variables }[] },
): boolean {
  const text = Function.prototype.toString.call(fn);
  const { name, isAssigned } = ownNameUse(text);
  if (name === null) return false;
  const holder = place.scopes.find(({ variables }) => Object.hasOwn(variables, name))?.variables;
  if (holder === undefined || !(isAssigned || isReplaced(fn, name, holder))) return false;
  const position = sourcePosition(text, place);
  return position !== null && isDeclarationAt(place.script?.source ?? "", position.offset);
}

const uses = new Map<string, OwnNameUse>();
const mostUses = 1000;
const unused: OwnNameUse = { name: null, isAssigned: false };

function ownNameUse(text: string): OwnNameUse {
  const use = uses.get(text) ?? readOwnNameUse(text);
  if (uses.size >= mostUses) uses.clear();
  uses.set(text, use);
  return use;
}

function readOwnNameUse(text: string): OwnNameUse {
  const parsed = parseFunction(text);
  if ("refused" in parsed || parsed.node.type !== "FunctionExpression") return unused;
  const name = (parsed.node.id as SyntaxNode | null)?.name as string | undefined;
  if (name === undefined) return unused;
  const { references, assignments } = freeVariables(parsed.root, parsed.node);
  if (!references.some((reference) => reference.name === name)) return unused;
  return { name, isAssigned: assignments.some(({ names }) => names.includes(name)) };
}

function isReplaced(fn: unknown, name: string, variables: Variables): boolean {
  try {
    return variables[name] !== fn;
  } catch {
    // A variable that has no value yet is not that of a declaration.
    return false;
  }
}

/** Whether the function at a place in a script is a declaration, whose name is a variable, and no expression. */
function isDeclarationAt(source: string, offset: number): boolean {
  let node: SyntaxNode | undefined = parseScript(source);
  while (node !== undefined && !(node.type === "FunctionDeclaration" && node.start === offset))
    node = childrenOf(node).find(({ start, end }) => start <= offset && offset < end);
  return node !== undefined;
}
