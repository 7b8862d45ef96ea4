import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";

const source = fileURLToPath(new URL("../../src", import.meta.url));

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** The texts that each constant of a module may have. */
type Constants = ReadonlyMap<string, readonly string[]>;

/**
 * The fixes that the messages of errors name, as the source has them: the text after the last semicolon of a message,
 * with the text of a constant of the module in the place of its name, and `…` for each other part that is filled in.
 */
export function collectFixes(): string[] {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const texts = files.flatMap((file) => {
    const module = parseAst(readFileSync(join(source, file), "utf8"), { lang: "ts" });
    return textsOf(module, constantsOf(module));
  });
  // Texts of several lines are the usage of commands. A message has words before the semicolon.
  const fixes = texts.flatMap((text) => /^[^\n]+; ([a-z…][^;\n]*)\n?$/.exec(text)?.[1]?.trim() ?? []);
  return [...new Set(fixes)].sort();
}

/** All texts of a module, those of imports included: no path has a semicolon. */
function textsOf(node: unknown, constants: Constants): string[] {
  if (Array.isArray(node)) return node.flatMap((part) => textsOf(part, constants));
  if (!isNode(node) || isHelp(node)) return [];
  const texts = textsIn(node, constants);
  if (texts.length > 0) return [...texts];
  return Object.values(node).flatMap((part) => textsOf(part, constants));
}

/** Whether a node is a text that a command prints as its help. */
function isHelp({ type, key }: Node): boolean {
  return type === "Property" && ["help", "summary"].includes((key as Node).name as string);
}

/** The texts of the constants that a module declares, in functions too. */
function constantsOf(module: unknown): Constants {
  const constants = new Map<string, readonly string[]>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const part of node) visit(part);
    if (!isNode(node)) return;
    if (node.type === "VariableDeclarator" && isNode(node.init)) {
      const texts = textsIn(node.init, constants);
      // A constant that begins with a semicolon is a part that a message may lack.
      if (texts.length > 0 && !texts.some((text) => text.startsWith(";")))
        constants.set((node.id as Node).name as string, texts);
    }
    for (const part of Object.values(node)) visit(part);
  };
  visit(module);
  return constants;
}

/** The texts of a literal, a template, a choice between texts, or a sum that has one of these; none of other nodes. */
function textsIn(node: Node, constants: Constants): readonly string[] {
  if (node.type === "Literal") return typeof node.value === "string" ? [node.value] : [];
  if (node.type === "TemplateLiteral") {
    const quasis = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
    const parts = (node.expressions as Node[]).map((part) => constants.get(part.name as string) ?? ["…"]);
    return quasis
      .slice(1)
      .reduce((texts, quasi, i) => combine(combine(texts, parts[i] ?? []), [quasi]), [quasis[0] ?? ""]);
  }
  if (node.type === "ConditionalExpression") {
    return [node.consequent, node.alternate].flatMap((choice) => textsIn(choice as Node, constants));
  }
  if (node.type !== "BinaryExpression" || node.operator !== "+") return [];
  const sides = [textsIn(node.left as Node, constants), textsIn(node.right as Node, constants)];
  if (sides.every((side) => side.length === 0)) return [];
  const [left = [], right = []] = sides.map((side) => (side.length === 0 ? ["…"] : side));
  return combine(left, right);
}

/** Each of the first texts, followed by each of the second. */
function combine(first: readonly string[], second: readonly string[]): string[] {
  return first.flatMap((start) => second.map((end) => start + end));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
