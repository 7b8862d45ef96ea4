import { TargetError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { Capture } from "../capture/capture.ts";
import { CapturePath } from "../capture/capture-path.ts";
import { type ExportReference, findExport, findExportOrMainExport } from "../capture/find-export.ts";
import type { ValueSource } from "../form/function-bundle.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { withInspector } from "../source/inspector.ts";
import { syntax } from "../source/load-syntax.ts";
import type { Script } from "../source/script.ts";
import type { SyntaxNode } from "../syntax/parse.ts";

/** How a function would be sent to a child. */
export interface FunctionReport {
  readonly name: string;
  /** The export by which a child imports it; `null` when its module does not export it, or is the main module. */
  readonly reference: ExportReference | null;
  /** The variables that it would capture when sent as text; an imported one with its module. */
  readonly captures: readonly string[];
  /** Why it cannot be sent as text; `null` when it can. */
  readonly refusal: string | null;
  /** The lines of its script that start it, counted from 1. */
  readonly startedOn: readonly number[];
}

/**
 * Finds out how functions would be sent to a child, without starting one.
 *
 * @param fns functions of a module; other functions that the same module defines are examined too.
 * @param reach how far they would be sent.
 */
export function examineFunctions(fns: readonly Callable[], reach: Reach): FunctionReport[] {
  const all = new Set(fns);
  return withInspector((inspect) => {
    for (const fn of fns) {
      const { script, scopes } = inspect(fn);
      for (const { variables } of scopes) {
        for (const name of Object.keys(variables)) {
          if (name.startsWith("__")) continue; // a helper of a compiler
          const value = tryRead(variables, name);
          if (typeof value === "function" && inspect(value).script?.id === script?.id) all.add(value);
        }
      }
    }
    return [...all].map((fn): FunctionReport => {
      const inspection = inspect(fn);
      const reference =
        inspection.script === null ? undefined : (findExport(fn, inspection) ?? findExportOrMainExport(fn, inspection));
      const lines = inspection.script === null ? [] : findStarts(inspection.script, functionName(fn));
      return { name: functionName(fn), reference: reference ?? null, ...examineText(fn, reach), startedOn: lines };
    });
  });
}

function examineText(fn: Callable, reach: Reach): Pick<FunctionReport, "captures" | "refusal"> {
  const capture = new Capture(reach);
  try {
    capture.withInspectorOpen(() =>
      capture.addText(fn, new CapturePath(`Cannot start "${functionName(fn) || "(anonymous)"}"`)),
    );
    const variables = capture.bundle.scopes.flatMap((scope) => Object.entries(scope.variables));
    return { captures: variables.map(([name, source]) => `${name}${importedFrom(source)}`), refusal: null };
  } catch (error) {
    if (error instanceof TargetError) return { captures: [], refusal: error.message };
    throw error;
  }
}

function importedFrom(source: ValueSource): string {
  if (source.from === "import") return ` (from ${source.request.specifier})`;
  return source.from === "required" ? ` (from ${source.specifier})` : "";
}

function tryRead(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return variables[name];
  } catch {
    return undefined;
  }
}

// The lines that pass the function as the first argument of a start: `new Process(job, …)`, `pool.map(job, …)`.
function findStarts({ source, url }: Script, name: string): number[] {
  const lines: number[] = [];
  const { childrenOf, parseScript } = syntax();
  const program = parseScript(source);
  const stack = program === undefined || name === "" ? [] : [program];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const [first] = (node.arguments ?? []) as SyntaxNode[];
    const callee = node.callee as SyntaxNode | undefined;
    const called = ((callee?.property as SyntaxNode | undefined) ?? callee)?.name;
    const isStart = node.type === "NewExpression" ? called === "Process" : startingMethods.has(called as string);
    if (isStart && first?.type === "Identifier" && first.name === name) {
      lines.push(lineInSource(url, source.slice(0, node.start)));
    }
    stack.push(...childrenOf(node));
  }
  return lines.sort((a, b) => a - b);
}

/** The line at which the text before a position ends, counted from 1: in TypeScript, where a source map leads there. */
function lineInSource(url: string, before: string): number {
  const lines = before.split("\n");
  const map = process.getBuiltinModule("node:module").findSourceMap(url);
  const entry = map?.findEntry(lines.length - 1, lines.at(-1)?.length ?? 0);
  return entry !== undefined && "originalLine" in entry ? entry.originalLine + 1 : lines.length;
}

const startingMethods = new Set(["apply", "map", "starmap", "imap", "imapUnordered", "submit"]);
