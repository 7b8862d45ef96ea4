import { placeholderNames } from "../form/placeholder-names.ts";
import { type ClassMember, classMembers, elementsOf } from "./class-members.ts";
import { type FreeReference, freeVariables } from "./free-variables.ts";
import { isModuleInit } from "./module-init.ts";
import { childrenOf, type SyntaxNode } from "./parse.ts";
import { parseFunction, propertyOf, type TextRefusal } from "./parse-function.ts";

/**
 * What replaces a part of a text which is no variable: `import.meta`, the superclass, the function that is called
 * before an assignment, or the computed key of the class's member with this index.
 */
export type Placeholder = "meta" | "superclass" | "assigned" | number;

/** The text of a function or class, rewritten so that it can be evaluated in another place. */
export interface FunctionText {
  /** A member of an object literal: the value in `key: text`, or a method by itself. */
  readonly text: string;
  readonly isMethod: boolean;
  readonly isClass: boolean;
  /** The variables that it names and does not declare. */
  readonly variables: ReadonlyMap<string, VariableUse>;
  /** The placeholders in the text, by their names. */
  readonly placeholders: ReadonlyMap<string, Placeholder>;
  /** Whether it uses `this` of the code around it. */
  readonly usesThis: boolean;
  /** Other parts that only the class around it has: `super`, `#secret`. */
  readonly unavailable: readonly string[];
  /** Whether it is one by which a bundler evaluates a module once. */
  readonly isModuleInit: boolean;
}

/** What is changed in a text. */
export interface TextOptions {
  /** The indices of static fields whose initialisers stay. */
  readonly keptFields: readonly number[];
  /** The indices of members whose computed keys are replaced by placeholders. */
  readonly givenKeys: readonly number[];
  /** Whether the function's own name is a variable of the code around it: a declaration's, which is assigned to. */
  readonly isNameOuter: boolean;
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

/** The members that the text of a class defines; none for another function. */
export function readMembers(text: string): readonly ClassMember[] | TextRefusal {
  const parsed = parseFunction(text);
  if ("refused" in parsed) return parsed;
  return parsed.node.type === "ClassExpression" ? classMembers(parsed.node, text, parsed.offset) : [];
}

/** Reads the text of a function or a class. @returns a {@link TextRefusal} when it cannot be evaluated elsewhere. */
export function readText(text: string, options: TextOptions): FunctionText | TextRefusal {
  const parsed = parseFunction(text);
  if ("refused" in parsed) return parsed;
  const { root, node, isMethod, offset } = parsed;
  const isClass = node.type === "ClassExpression";
  const placeholders = new Map<string, Placeholder>();
  const addPlaceholder = (base: string, kind: Placeholder): string => {
    const unused = nameNotIn(text, base);
    placeholders.set(unused, kind);
    return unused;
  };
  const replace = ({ start, end }: SyntaxNode, base: string, kind: Placeholder): TextEdit => {
    return { start, end, text: padTo(text.slice(start - offset, end - offset), addPlaceholder(base, kind)) };
  };
  const gone = isClass ? blankStatics(node, text, offset, options.keptFields) : [];
  if (isMethod) gone.push(...blankComputedKey(root));
  const superclass = node.superClass as SyntaxNode | null | undefined;
  // The superclass and keys are read from the class, since V8 may not have kept the variables that the text names.
  if (superclass && superclass.type !== "Literal")
    gone.push(replace(superclass, placeholderNames.superclass, "superclass"));
  for (const index of options.givenKeys) {
    const { key } = elementsOf(node)[index] as SyntaxNode;
    gone.push(replace(key as SyntaxNode, `$key${index}`, index));
  }
  const name = options.isNameOuter ? (node.id as SyntaxNode) : null;
  // As an expression, the text would declare a second name of its own.
  if (name !== null) gone.push({ start: name.start, end: name.end, text: " ".repeat(name.end - name.start) });
  const isLeft = ({ start }: SyntaxNode) => !gone.some((edit) => edit.start <= start && start < edit.end);
  const free = freeVariables(isMethod ? propertyOf(root) : root, name === null ? null : node);
  const edits = [...gone];
  for (const meta of free.metas.filter(isLeft)) edits.push(replace(meta, placeholderNames.meta, "meta"));
  const assignments = free.assignments.filter(({ node: assignment }) => isLeft(assignment));
  const warn = assignments.length > 0 ? addPlaceholder(placeholderNames.assigned, "assigned") : "";
  for (const { node: assignment, names, startsStatement } of assignments) {
    const calls = names.map((assigned) => `${warn}(${JSON.stringify(assigned)}),`).join("");
    // A statement that starts with a bracket would call the expression on the line before, if that has no semicolon.
    edits.push({ start: assignment.start, end: assignment.start, text: `${startsStatement ? "0," : ""}(${calls}` });
    edits.push({ start: assignment.end, end: assignment.end, text: ")" });
  }
  const variables = variableUses(free.references.filter((reference) => isLeft(reference.node)));
  if (variables.has("arguments")) return { refused: "arguments", cause: null };
  return {
    text: applyEdits(text, offset, edits),
    isMethod,
    isClass,
    variables,
    placeholders,
    usesThis: free.thises.some(isLeft),
    unavailable: free.unavailable,
    isModuleInit: isModuleInit(text),
  };
}

function nameNotIn(text: string, name: string): string {
  return text.includes(name) ? nameNotIn(text, `${name}$`) : name;
}

// A name in place of a source, with as many characters and lines.
function padTo(source: string, name: string): string {
  const blank = source.replace(/[^\r\n]/g, " ");
  const firstLine = blank.search(/[\r\n]/);
  return name + blank.slice(firstLine === -1 ? name.length : Math.min(name.length, firstLine));
}

// Blanks static fields and blocks: the values that they made are fields of the class, which are sent. Private static
// fields, and blocks that use private names, stay: their values cannot be read from outside of the class.
function blankStatics(node: SyntaxNode, text: string, offset: number, kept: readonly number[]): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const [index, element] of elementsOf(node).entries()) {
    const isField = element.type === "PropertyDefinition" && element.static === true && !isPrivate(element);
    const isBlock = element.type === "StaticBlock" && !usesPrivateName(element);
    if ((!isField && !isBlock) || kept.includes(index)) continue;
    const { start, end } = element;
    edits.push({ start, end, text: text.slice(start - offset, end - offset).replace(/[^\r\n]/g, " ") });
  }
  return edits;
}

// The rebuilt method gets its name from the original, so its text must not compute it again.
function blankComputedKey(root: SyntaxNode): TextEdit[] {
  const property = propertyOf(root);
  const key = property.key as SyntaxNode;
  return property.computed ? [{ start: key.start, end: key.end, text: '""' }] : [];
}

function isPrivate({ key }: SyntaxNode): boolean {
  return (key as SyntaxNode).type === "PrivateIdentifier";
}

function usesPrivateName(node: SyntaxNode): boolean {
  return node.type === "PrivateIdentifier" || childrenOf(node).some(usesPrivateName);
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
