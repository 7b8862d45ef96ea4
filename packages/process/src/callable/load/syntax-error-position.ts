import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ModuleRequest } from "../form/function-bundle.ts";
import { syntax } from "../source/load-syntax.ts";

/**
 * Adds the source position of a syntax error to its stack. For an ECMAScript module, Node prints the position when the
 * error is uncaught, but a program that catches the error cannot read it. So this parses the module and those that it
 * imports again.
 */
export function addSyntaxErrorPosition(error: SyntaxError, { specifier, from }: ModuleRequest): void {
  const [head = "", ...frames] = (error.stack ?? "").split("\n    at ");
  // For CommonJS and TypeScript, Node and the loaders add the position.
  if (/(file:|\/)[^\n]*\.\w+:\d+/.test(head) || frames.some((frame) => frame.includes("file:"))) return;
  const isRelative = /^\.{0,2}\//.test(specifier);
  const queue = [isRelative && from !== null ? new URL(specifier, from).href : specifier];
  const seen = new Set(queue);
  for (const url of queue) {
    const text = /^file:.*\.m?js$/.test(url) ? readOrNothing(url) : "";
    for (const [, next = ""] of text.matchAll(/\b(?:from|import)\s*["'](\.{1,2}\/[^"']+)["']/g)) {
      const found = new URL(next, url).href;
      if (!seen.has(found)) queue.push(found);
      seen.add(found);
    }
    try {
      syntax().parseSyntax(text, "module");
    } catch (fault) {
      const { line, column } = (fault as { loc?: { line: number; column: number } }).loc ?? { line: 1, column: 0 };
      error.stack = [head, `${url}:${line}:${column + 1}`, ...frames].join("\n    at ");
      return;
    }
  }
}

function readOrNothing(url: string): string {
  try {
    return readFileSync(fileURLToPath(url), "utf8");
  } catch {
    return "";
  }
}
