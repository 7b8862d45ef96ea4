import type { ValueSource } from "../form/function-bundle.ts";
import { childrenOf, parseScript, type SyntaxNode } from "./parse.ts";
import { unwrapped } from "./script-facts.ts";

/**
 * The source of the modules that webpack's `__webpack_require__` has evaluated, if a variable holds them. The child
 * gets none of them, and evaluates those that it needs, as it imports modules that are files. Only the program's main
 * module is refused there: it would run the program again.
 *
 * @param text the text of the function that names the variable; the function itself has the name `requireName`.
 * @param source the text of the bundle.
 * @returns `undefined` for any other variable.
 */
export function moduleCacheSource(
  name: string,
  value: unknown,
  { text, requireName, source }: { readonly text: string; readonly requireName: string; readonly source: string },
): ValueSource | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  // The text is read first: reading a value of another function may call its getters or a proxy's traps.
  if (!text.includes("exports:") || storesModule.exec(text)?.[1] !== name) return undefined;
  if (!Object.values(value).every(hasExports)) return undefined;
  const mains = mainIds(source, requireName);
  return { from: "members", members: Object.fromEntries(mains.map((main) => [main, refusal(main)])) };
}

// `cache[id] = { exports: {} }`, in development with comments and more members.
const storesModule = /([\w$]+)\[[\w$]+\]\s*=\s*\{[^{}]*\bexports:\s*\{\s*\}/;

function hasExports(entry: unknown): boolean {
  return typeof entry === "object" && entry !== null && Object.hasOwn(entry, "exports");
}

function refusal(main: string): ValueSource {
  const message =
    `Cannot import "${main}" of this bundle in a child: it is the main module, and would run the program again; ` +
    "move what the child needs into a module of its own";
  return { from: "refused", message };
}

/**
 * The ids of the main modules of a bundle by webpack: those that it requires in its last statements. Empty when webpack
 * has put the code of the main module itself there, since no module requires it then.
 */
function mainIds(source: string, requireName: string): string[] {
  const ids: string[] = [];
  for (const statement of ((parseScript(source)?.body ?? []) as SyntaxNode[]).flatMap(unwrapped)) {
    const isOfProgram = readRequires(statement, requireName, ids);
    if (ids.length > 0 && isOfProgram) return [];
  }
  return ids;
}

/** Adds the ids that a statement requires. @returns whether it does more than requiring modules and exporting them. */
function readRequires(statement: SyntaxNode, requireName: string, ids: string[]): boolean {
  const stack = [statement];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (/Function|^Class|^NewExpression$/.test(node.type)) return true;
    if (node.type === "CallExpression") {
      const callee = node.callee as SyntaxNode;
      const [id] = node.arguments as SyntaxNode[];
      if (((callee.object ?? callee) as SyntaxNode).name !== requireName) return true;
      if (callee.type === "Identifier" && id?.type === "Literal") ids.push(String(id.value));
    }
    stack.push(...childrenOf(node));
  }
  return false;
}
