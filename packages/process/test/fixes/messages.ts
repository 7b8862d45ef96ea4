import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";

const source = fileURLToPath(new URL("../../src", import.meta.url));

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/**
 * The fixes that the messages of errors name, as the source has them: the text after the last semicolon of a message,
 * with `…` for each part that is filled in.
 */
export function collectFixes(): string[] {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const texts = files.flatMap((file) => textsOf(parseAst(readFileSync(join(source, file), "utf8"), { lang: "ts" })));
  // Texts of several lines are the usage of commands.
  const fixes = texts.flatMap((text) => /^[^\n]*; ([a-z…][^;\n]*)\n?$/.exec(text)?.[1]?.trim() ?? []);
  return [...new Set(fixes)].sort();
}

/** All texts of a module, those of imports included: no path has a semicolon. */
function textsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (!isNode(node)) return [];
  const text = textOf(node);
  if (text !== undefined) return [text];
  return Object.values(node).flatMap(textsOf);
}

/** The text of a literal, a template, or a sum that has one of these; `undefined` for other nodes. */
function textOf(node: Node): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral") {
    return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join("…");
  }
  if (node.type !== "BinaryExpression" || node.operator !== "+") return undefined;
  const sides = [textOf(node.left as Node), textOf(node.right as Node)];
  return sides.every((side) => side === undefined) ? undefined : sides.map((side) => side ?? "…").join("");
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
