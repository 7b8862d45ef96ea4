import { TargetError } from "../../base/errors.ts";
import { nameOf } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { type FreeReference, freeVariables } from "./free-variables.ts";
import { parseSyntax, type SyntaxNode } from "./syntax.ts";

/** Names that stand in a rewritten text for what no variable holds. Each is as long as what it replaces where it can be, so that columns stay. */
export const stand = {
  meta: "import$meta",
  this: "this",
  superclass: "$superclass",
  assigned: "$assigned",
} as const;

/** The text of a function or class, understood and made ready to be evaluated elsewhere. */
export interface FunctionText {
  /** Evaluates to the function as a member of an object literal: `key: text`, or the method as it stands. */
  readonly text: string;
  readonly isMethod: boolean;
  readonly isClass: boolean;
  /** What it needs of its surroundings, by name. */
  readonly variables: ReadonlyMap<string, VariableUse>;
  /** Which of {@link stand} the text names. */
  readonly stands: ReadonlySet<string>;
  /** Static fields that the text itself makes; the others were taken out, since the class's present ones are sent. */
  readonly ownStatics: ReadonlySet<string>;
}

/** What a text does with a variable that it does not declare. */
export interface VariableUse {
  /** The members that it reads, when it does nothing else with it. */
  readonly members: ReadonlySet<string> | null;
  readonly atDefinition: boolean;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

// Many closures come of one text. What is kept is little, but texts may be made without end.
const texts = new Map<string, FunctionText>();
const mostTexts = 1000;

/** As {@link readFunctionText}, once a text. */
export function textOf(fn: Callable, keepStatics: ReadonlySet<string>): FunctionText {
  const name = nameOf(fn) || "(anonymous)";
  const text = Function.prototype.toString.call(fn);
  if (keepStatics.size > 0) return readFunctionText(text, name, keepStatics);
  const known = texts.get(text) ?? readFunctionText(text, name);
  if (texts.size >= mostTexts) texts.clear();
  texts.set(text, known);
  return known;
}

/**
 * Reads the text of a function.
 *
 * @param text as `Function.prototype.toString` gives it.
 * @param keepStatics static fields of a class whose initialisers stay in the text.
 * @throws {TargetError} when it does not parse, or takes from its surroundings what cannot be had elsewhere.
 */
function readFunctionText(text: string, name: string, keepStatics: ReadonlySet<string> = new Set()): FunctionText {
  const { root, node, isMethod, offset } = parse(text, name);
  const isClass = node.type === "ClassExpression";
  const ownStatics = new Set<string>();
  const edits = isClass ? staticEdits(node, text, offset, keepStatics, ownStatics) : [];
  const isGone = ({ start }: SyntaxNode) => edits.some((edit) => edit.start <= start && start < edit.end);
  if (isMethod) edits.push(...keyEdit(root));
  const superclass = node.superClass as SyntaxNode | null | undefined;
  const stands = new Set<string>();
  // What a class extends is known, where the name for it is not: V8 forgets variables that no function needs any more.
  if (superclass && superclass.type !== "Literal") {
    edits.push({ start: superclass.start, end: superclass.end, text: stand.superclass });
    stands.add(stand.superclass);
  }
  const free = freeVariables(isMethod ? propertyOf(root) : root);
  const remaining = free.references.filter((reference) => !isGone(reference.node));
  refuseBound(free.bound, name);
  for (const meta of free.metas) edits.push({ start: meta.start, end: meta.end, text: stand.meta });
  if (free.metas.length > 0) stands.add(stand.meta);
  if (free.thises.length > 0) stands.add(stand.this);
  for (const { node: assignment, names, startsStatement } of free.assignments) {
    const calls = names.map((assigned) => `${stand.assigned}(${JSON.stringify(assigned)}),`).join("");
    // A bracket at the start of a statement would call what stands on the line before, where that has no semicolon.
    edits.push({ start: assignment.start, end: assignment.start, text: `${startsStatement ? "0," : ""}(${calls}` });
    edits.push({ start: assignment.end, end: assignment.end, text: ")" });
    stands.add(stand.assigned);
  }
  const variables = usesOf(remaining);
  if (variables.has("arguments")) {
    throw new TargetError(
      `Cannot start "${name}": it uses the "arguments" of the function around it; put them into a variable first`,
    );
  }
  return { text: apply(text, offset, edits), isMethod, isClass, variables, stands, ownStatics };
}

function parse(text: string, name: string): { root: SyntaxNode; node: SyntaxNode; isMethod: boolean; offset: number } {
  let failure: unknown;
  // A method's text is no expression; `function`, `class` and arrows are tried first, since most are that.
  for (const [before, after, isMethod] of [
    ["(", "\n)", false],
    ["({", "\n})", true],
  ] as const) {
    for (const sourceType of ["module", "script"] as const) {
      try {
        // The name of a private method is known to its class alone.
        const root = parseSyntax(
          before + (isMethod ? text.replace(/^((?:async\b)?\s*\*?\s*)#/, "$1 ") : text) + after,
          sourceType,
        );
        const statement = (root.body as SyntaxNode[])[0] as SyntaxNode;
        const expression = statement.expression as SyntaxNode;
        const node = isMethod ? (propertyOf(root).value as SyntaxNode) : expression;
        return { root, node, isMethod, offset: before.length };
      } catch (error) {
        failure ??= error;
      }
    }
  }
  if (/'new\.target'/.test(String(failure))) refuseBound(["new.target"], name);
  throw new TargetError(
    `Cannot start "${name}": its text does not parse (${(failure as Error).message}); export it from a module and start { module: new URL(…), name }`,
    { cause: failure },
  );
}

// What static fields and blocks made stands on the class by now, and is sent as it is. Those with private names stay,
// since nobody outside reads these.
function staticEdits(
  node: SyntaxNode,
  text: string,
  offset: number,
  keep: ReadonlySet<string>,
  own: Set<string>,
): Edit[] {
  const edits: Edit[] = [];
  for (const element of (node.body as SyntaxNode).body as SyntaxNode[]) {
    const source = text.slice(element.start - offset, element.end - offset);
    const key = element.key as SyntaxNode | undefined;
    const isField =
      element.type === "PropertyDefinition" &&
      element.static === true &&
      !element.computed &&
      key?.type === "Identifier";
    if (isField && keep.has(key.name as string)) own.add(key.name as string);
    else if (isField || (element.type === "StaticBlock" && !source.includes("#"))) {
      edits.push({ start: element.start, end: element.end, text: source.replace(/[^\r\n]/g, " ") });
    }
  }
  return edits;
}

// A computed name is known by now; the text of the method must not compute it again.
function keyEdit(root: SyntaxNode): Edit[] {
  const property = propertyOf(root);
  const key = property.key as SyntaxNode;
  return property.computed ? [{ start: key.start, end: key.end, text: '""' }] : [];
}

function propertyOf(root: SyntaxNode): SyntaxNode {
  const statement = (root.body as SyntaxNode[])[0] as SyntaxNode;
  return ((statement.expression as SyntaxNode).properties as SyntaxNode[])[0] as SyntaxNode;
}

function refuseBound(bound: readonly string[], name: string): void {
  const [first] = bound;
  if (first === undefined) return;
  const mend = first.startsWith("#")
    ? "start a function that makes the object itself and calls this on it"
    : "start a function that calls it instead";
  throw new TargetError(`Cannot start "${name}": it uses ${first}, which only the class around it has; ${mend}`);
}

function usesOf(references: readonly FreeReference[]): Map<string, VariableUse> {
  const uses = new Map<string, { members: Set<string> | null; atDefinition: boolean }>();
  for (const { name, member, atDefinition } of references) {
    const use = uses.get(name) ?? { members: new Set<string>(), atDefinition: false };
    uses.set(name, use);
    if (member === null) use.members = null;
    else use.members?.add(member);
    use.atDefinition ||= atDefinition;
  }
  return uses;
}

function apply(text: string, offset: number, edits: readonly Edit[]): string {
  // Outer assignments come before those inside them at the same place, and close after them.
  const order = [...edits].sort((a, b) => a.start - b.start);
  let made = "";
  let at = 0;
  for (const edit of order) {
    const start = Math.max(edit.start - offset, at);
    made += text.slice(at, start) + edit.text;
    at = Math.max(edit.end - offset, start);
  }
  return made + text.slice(at);
}
