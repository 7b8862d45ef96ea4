import { TargetError } from "../../base/errors.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { type FreeReference, freeVariables } from "./free-variables.ts";
import { isSyntaxError, parseSyntax, type SyntaxNode } from "./syntax.ts";

/**
 * Names that replace parts of a text which are no variables. Where possible, a name is as long as the part that it
 * replaces, so that columns do not change.
 */
export const placeholder = {
  meta: "import$meta",
  this: "this",
  superclass: "$superclass",
  assigned: "$assigned",
} as const;

/** The text of a function or class, rewritten so that it can be evaluated in another place. */
export interface FunctionText {
  /** A member of an object literal: the value in `key: text`, or a method by itself. */
  readonly text: string;
  readonly isMethod: boolean;
  readonly isClass: boolean;
  /** The variables that it names and does not declare. */
  readonly variables: ReadonlyMap<string, VariableUse>;
  /** The {@link placeholder} names in the text. */
  readonly placeholders: ReadonlySet<string>;
}

/** How a text uses a variable that it does not declare. */
export interface VariableUse {
  /** The members that it reads of it; `null` when it uses it in another way. */
  readonly members: ReadonlySet<string> | null;
  /** Whether the definition itself needs its value. */
  readonly atDefinition: boolean;
}

/** A range of a text, and its replacement. */
interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

// Many closures have the same text. The cache is bounded, since a program may create texts without limit.
const texts = new Map<string, FunctionText>();
const mostTexts = 1000;

/**
 * Reads the text of a function. Results are cached.
 *
 * @param keepStatics static fields of a class whose initialisers stay in the text.
 * @throws {TargetError} when the text does not parse, or depends on the code around it in a way that cannot be sent.
 */
export function readFunctionText(fn: Callable, keepStatics: ReadonlySet<string>): FunctionText {
  const name = functionName(fn) || "(anonymous)";
  const text = Function.prototype.toString.call(fn);
  if (keepStatics.size > 0) return parseFunctionText(text, name, keepStatics);
  const known = texts.get(text) ?? parseFunctionText(text, name);
  if (texts.size >= mostTexts) texts.clear();
  texts.set(text, known);
  return known;
}

function parseFunctionText(text: string, name: string, keepStatics: ReadonlySet<string> = new Set()): FunctionText {
  const { root, node, isMethod, offset } = parse(text, name);
  const isClass = node.type === "ClassExpression";
  const edits = isClass ? blankStatics(node, text, offset, keepStatics) : [];
  const isGone = ({ start }: SyntaxNode) => edits.some((edit) => edit.start <= start && start < edit.end);
  if (isMethod) edits.push(...blankComputedKey(root));
  const superclass = node.superClass as SyntaxNode | null | undefined;
  const placeholders = new Set<string>();
  // The superclass is read from the class, since V8 may not have kept the variable that the text names.
  if (superclass && superclass.type !== "Literal") {
    edits.push({ start: superclass.start, end: superclass.end, text: placeholder.superclass });
    placeholders.add(placeholder.superclass);
  }
  const free = freeVariables(isMethod ? propertyOf(root) : root);
  const remaining = free.references.filter((reference) => !isGone(reference.node));
  refuseUnavailable(free.unavailable, name);
  for (const meta of free.metas) edits.push({ start: meta.start, end: meta.end, text: placeholder.meta });
  if (free.metas.length > 0) placeholders.add(placeholder.meta);
  if (free.thises.length > 0) placeholders.add(placeholder.this);
  for (const { node: assignment, names, startsStatement } of free.assignments) {
    const calls = names.map((assigned) => `${placeholder.assigned}(${JSON.stringify(assigned)}),`).join("");
    // A statement that starts with a bracket would call the expression on the line before, if that has no semicolon.
    edits.push({ start: assignment.start, end: assignment.start, text: `${startsStatement ? "0," : ""}(${calls}` });
    edits.push({ start: assignment.end, end: assignment.end, text: ")" });
    placeholders.add(placeholder.assigned);
  }
  const variables = variableUses(remaining);
  if (variables.has("arguments")) {
    throw new TargetError(
      `Cannot start "${name}": it uses the "arguments" of the function around it; put them into a variable first`,
    );
  }
  return { text: applyEdits(text, offset, edits), isMethod, isClass, variables, placeholders };
}

function parse(text: string, name: string): { root: SyntaxNode; node: SyntaxNode; isMethod: boolean; offset: number } {
  let failure: unknown;
  // The text of a method is no expression. Expressions are tried first, since most functions are.
  for (const [before, after, isMethod] of [
    ["(", "\n)", false],
    ["({", "\n})", true],
  ] as const) {
    for (const sourceType of ["module", "script"] as const) {
      try {
        // A private method's name is valid inside of its class only.
        const root = parseSyntax(
          before + (isMethod ? text.replace(/^((?:async\b)?\s*\*?\s*)#/, "$1 ") : text) + after,
          sourceType,
        );
        const statement = (root.body as SyntaxNode[])[0] as SyntaxNode;
        const expression = statement.expression as SyntaxNode;
        const node = isMethod ? (propertyOf(root).value as SyntaxNode) : expression;
        return { root, node, isMethod, offset: before.length };
      } catch (error) {
        if (!isSyntaxError(error)) throw error;
        failure ??= error;
      }
    }
  }
  if (/'new\.target'/.test(String(failure))) refuseUnavailable(["new.target"], name);
  throw new TargetError(
    `Cannot start "${name}": its text does not parse (${(failure as Error).message}); ` +
      "export it from a module and start { module: new URL(…), name }",
    { cause: failure },
  );
}

// Blanks static fields and blocks: the values that they made are fields of the class, which are sent. Private static
// fields, and blocks that use private names, stay: their values cannot be read from outside of the class.
function blankStatics(node: SyntaxNode, text: string, offset: number, keep: ReadonlySet<string>): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const element of (node.body as SyntaxNode).body as SyntaxNode[]) {
    const source = text.slice(element.start - offset, element.end - offset);
    const key = element.key as SyntaxNode | undefined;
    const isField =
      element.type === "PropertyDefinition" &&
      element.static === true &&
      !element.computed &&
      key?.type === "Identifier";
    if (isField && keep.has(key.name as string)) continue;
    if (isField || (element.type === "StaticBlock" && !source.includes("#"))) {
      edits.push({ start: element.start, end: element.end, text: source.replace(/[^\r\n]/g, " ") });
    }
  }
  return edits;
}

// The rebuilt method gets its name from the original, so its text must not compute it again.
function blankComputedKey(root: SyntaxNode): TextEdit[] {
  const property = propertyOf(root);
  const key = property.key as SyntaxNode;
  return property.computed ? [{ start: key.start, end: key.end, text: '""' }] : [];
}

function propertyOf(root: SyntaxNode): SyntaxNode {
  const statement = (root.body as SyntaxNode[])[0] as SyntaxNode;
  return ((statement.expression as SyntaxNode).properties as SyntaxNode[])[0] as SyntaxNode;
}

function refuseUnavailable(parts: readonly string[], name: string): void {
  const [first] = parts;
  if (first === undefined) return;
  const fix = first.startsWith("#")
    ? "start a function that makes the object itself and calls this on it"
    : "start a function that calls it instead";
  throw new TargetError(`Cannot start "${name}": it uses ${first}, which only the class around it has; ${fix}`);
}

function variableUses(references: readonly FreeReference[]): Map<string, VariableUse> {
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

function applyEdits(text: string, offset: number, edits: readonly TextEdit[]): string {
  // The sort is stable: at the same position, the edit of an outer assignment comes before that of an inner one.
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
