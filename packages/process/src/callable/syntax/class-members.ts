import { freeVariables } from "./free-variables.ts";
import type { SyntaxNode } from "./parse.ts";

/** A member that the text of a class defines. Constructors and private members are left out. */
export interface ClassMember {
  /** Its index among all members of the class. */
  readonly index: number;
  readonly kind: MemberPart | "field";
  readonly isStatic: boolean;
  /** `null` when the text computes it. */
  readonly key: string | symbol | null;
  /** The variables that its computed key names. */
  readonly keyNames: readonly string[];
  /** The text that V8 gives for the function of a method or an accessor; that of a field is empty. */
  readonly text: string;
}

/** A part of a property's descriptor. */
export type MemberPart = "value" | "get" | "set";

const kinds: Readonly<Record<string, MemberPart>> = { method: "value", get: "get", set: "set" };

/** Lists the members of a class whose functions and static values can be seen from outside of it. */
export function classMembers(node: SyntaxNode, text: string, offset: number): ClassMember[] {
  const members: ClassMember[] = [];
  for (const [index, element] of elementsOf(node).entries()) {
    const key = element.key as SyntaxNode | undefined;
    const isStatic = element.static === true;
    const kind = element.type === "PropertyDefinition" ? "field" : kinds[element.kind as string];
    if (kind === undefined || key === undefined || key.type === "PrivateIdentifier") continue;
    if (kind === "field" && !isStatic) continue;
    const source = kind === "field" ? "" : text.slice(element.start - offset, element.end - offset);
    // V8 leaves out the word `static`, and also the name of a method that is named so.
    const own = source.replace(/^static(?![\w$])(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*/, "");
    const keyNames = element.computed ? freeVariables(key).references.map(({ name }) => name) : [];
    members.push({ index, kind, isStatic, key: keyOf(element, key), keyNames, text: own });
  }
  return members;
}

/** The members of a class, private ones and static blocks too. */
export function elementsOf(node: SyntaxNode): SyntaxNode[] {
  return (node.body as SyntaxNode).body as SyntaxNode[];
}

function keyOf({ computed }: SyntaxNode, key: SyntaxNode): string | symbol | null {
  if (key.type === "Literal") return String(key.value);
  if (!computed) return key.name as string;
  const { type, object, property, computed: isIndexed } = key;
  if (type !== "MemberExpression" || isIndexed || (object as SyntaxNode).name !== "Symbol") return null;
  const symbol: unknown = Symbol[(property as SyntaxNode).name as keyof SymbolConstructor];
  return typeof symbol === "symbol" ? symbol : null;
}
