import { TargetError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { Capture } from "../capture/capture.ts";
import { Trail } from "../capture/capture-path.ts";
import { type ExportName, exportOf, ownExportOf } from "../capture/find-export.ts";
import type { Source } from "../form/function-bundle.ts";
import { nameOf } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { withInspector } from "../source/inspector.ts";
import { childrenOf, parseScript, type SyntaxNode } from "../source/syntax.ts";

/** How a function would travel to a child. */
export interface Travel {
  readonly name: string;
  /** The export by which a child imports it; `null` when its module does not export it, or is the main module. */
  readonly reference: ExportName | null;
  /** What it would capture if it went as text: variables, with where those come from that are imported. */
  readonly captures: readonly string[];
  /** Why it cannot go as text; `null` when it can. */
  readonly refusal: string | null;
  /** Lines of its script that start it, counted from 1. */
  readonly startedOn: readonly number[];
}

/**
 * Looks at how functions would travel, without starting anything.
 *
 * @param fns functions of a module; those beside them in the same module are looked at as well.
 * @param reach how far they would go.
 */
export function examine(fns: readonly Callable[], reach: Reach): Travel[] {
  const all = new Set(fns);
  return withInspector((inspect) => {
    for (const fn of fns) {
      const { script, scopes } = inspect(fn);
      for (const { variables } of scopes) {
        for (const name of Object.keys(variables)) {
          const value = tryRead(variables, name);
          if (typeof value === "function" && inspect(value).script?.id === script?.id) all.add(value);
        }
      }
    }
    return [...all].map((fn): Travel => {
      const inspected = inspect(fn);
      const reference = inspected.script === null ? undefined : (exportOf(fn, inspected) ?? ownExportOf(fn, inspected));
      const lines = inspected.script === null ? [] : startsIn(inspected.script.source, nameOf(fn));
      return { name: nameOf(fn), reference: reference ?? null, ...asText(fn, reach), startedOn: lines };
    });
  });
}

function asText(fn: Callable, reach: Reach): Pick<Travel, "captures" | "refusal"> {
  const capture = new Capture(reach);
  try {
    capture.gather(() => capture.addText(fn, new Trail(`Cannot start "${nameOf(fn) || "(anonymous)"}"`)));
    const variables = capture.bundle.scopes.flatMap((scope) => Object.entries(scope.variables));
    return { captures: variables.map(([name, source]) => `${name}${origin(source)}`), refusal: null };
  } catch (error) {
    if (error instanceof TargetError) return { captures: [], refusal: error.message };
    throw error;
  }
}

function origin(source: Source): string {
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

// Where the text hands the function to something as its first argument: `new Process(job, …)`, `pool.map(job, …)`.
function startsIn(source: string, name: string): number[] {
  const lines: number[] = [];
  const program = parseScript(source);
  const stack = program === undefined || name === "" ? [] : [program];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const [first] = (node.arguments ?? []) as SyntaxNode[];
    const callee = node.callee as SyntaxNode | undefined;
    const called = ((callee?.property as SyntaxNode | undefined) ?? callee)?.name;
    const isStart = node.type === "NewExpression" ? called === "Process" : startingMethods.has(called as string);
    if (isStart && first?.type === "Identifier" && first.name === name) {
      lines.push(source.slice(0, node.start).split("\n").length);
    }
    stack.push(...childrenOf(node));
  }
  return lines.sort((a, b) => a - b);
}

const startingMethods = new Set(["apply", "map", "starmap", "imap", "imapUnordered", "submit"]);
