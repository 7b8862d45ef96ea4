import type { Inspected } from "./inspector.ts";
import type { Script } from "./script.ts";
import { childrenOf, namesOfPattern, parseScript, type SyntaxNode } from "./syntax.ts";

const remembered = new WeakMap<object, Inspected>();
const metOnce = new WeakSet<object>();
const reassigned = new WeakMap<Script, ReadonlySet<string>>();

/** What V8 said of a function, when it would say the same again. */
export function recall(fn: object): Inspected | undefined {
  return remembered.get(fn);
}

/**
 * Keeps what V8 said of a function, if it holds for good: all variables that the function names have their values, and
 * nothing in the script assigns to them again. Functions that are met once are not looked into.
 *
 * @param names the variables that it names.
 */
export function remember(fn: object, inspected: Inspected, names: Iterable<string>): void {
  if (remembered.has(fn) || inspected.script === null) return;
  if (!metOnce.has(fn)) {
    metOnce.add(fn);
    return;
  }
  const assigned = reassignedIn(inspected.script);
  for (const name of names) {
    // Node 20 shows `undefined` for a variable that has no value yet.
    const holder = inspected.scopes.find(({ variables }) => Object.hasOwn(variables, name));
    if (assigned.has(name) || (holder !== undefined && holder.variables[name] === undefined)) return;
  }
  remembered.set(fn, inspected);
}

function reassignedIn(script: Script): ReadonlySet<string> {
  const known = reassigned.get(script) ?? find(parseScript(script.source));
  reassigned.set(script, known);
  return known;
}

// By name alone, wherever in the script: a name too many costs time, one too few would be wrong.
function find(program: SyntaxNode | undefined): ReadonlySet<string> {
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
