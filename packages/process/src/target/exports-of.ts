import type { Node } from "acorn";

/**
 * The names that a module exports, as far as its text tells without running it.
 *
 * @param path where the text is from; only JavaScript modules are read.
 * @returns the names; `undefined` when the text cannot tell: CommonJS, `export *`, TypeScript, or text that does not parse.
 */
export function exportsOf(text: string, path: string): string[] | undefined {
  if (!/\.m?js$/.test(path)) return undefined;
  const { parse } = process.getBuiltinModule("node:module").createRequire(import.meta.url)(
    "acorn",
  ) as typeof import("acorn");
  try {
    const program = parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
    const names = program.body.flatMap((statement) => namesIn(statement));
    const isModule = program.body.some(({ type }) => type.startsWith("Export") || type === "ImportDeclaration");
    return isModule && !names.includes("*") ? names : undefined;
  } catch {
    return undefined;
  }
}

type Statement = ReturnType<typeof import("acorn").parse>["body"][number];
type Pattern = Extract<Statement, { type: "VariableDeclaration" }>["declarations"][number]["id"];

function namesIn(statement: Statement): string[] {
  switch (statement.type) {
    case "ExportDefaultDeclaration":
      return ["default"];
    case "ExportAllDeclaration":
      return statement.exported === null || statement.exported === undefined ? ["*"] : [nameOf(statement.exported)];
    case "ExportNamedDeclaration": {
      const { declaration } = statement;
      if (declaration?.type === "VariableDeclaration") return declaration.declarations.flatMap(({ id }) => namesOf(id));
      if (declaration) return [declaration.id.name];
      return statement.specifiers.map(({ exported }) => nameOf(exported));
    }
    default:
      return [];
  }
}

function nameOf(node: { type: string; name?: string; value?: unknown } & Node): string {
  return node.type === "Identifier" ? (node.name as string) : String(node.value);
}

function namesOf(pattern: Pattern | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        namesOf(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(namesOf);
    case "AssignmentPattern":
      return namesOf(pattern.left);
    case "RestElement":
      return namesOf(pattern.argument);
    default:
      return [];
  }
}
