import { TargetError } from "../../base/errors.ts";
import type { PackedScript } from "../form/function-bundle.ts";
import { compileAt } from "./importer.ts";

/** A scope that was made anew: text that is evaluated in it sees its variables, and those of the scopes around it. */
export interface LiveScope {
  evaluate(text: string): unknown;
  set(name: string, value: unknown): void;
}

type Evaluate = (text: string) => unknown;

// Direct eval is the one way to put text into a scope that exists already; V8 compiles what is in it as it compiles all
// else, with variables in fixed places. It takes its text from `arguments`, since a parameter would hide a variable.
const evaluator = "function () { return eval(arguments[0]); }";

/**
 * Makes the outermost scope for what was written in a script.
 *
 * Dynamic imports in it are resolved from where the script is.
 */
export function rootScope({ url, isStrict }: Pick<PackedScript, "url" | "isStrict">): LiveScope {
  const text = `(() => { ${isStrict ? '"use strict"; ' : ""}return ${evaluator}; })()`;
  const evaluate = compileAt(url, text) as Evaluate;
  return { evaluate: (text) => explained(() => evaluate(text)), set: () => {} };
}

/** Makes a scope with these variables, inside another. They hold `undefined` until they are set. */
export function innerScope(outer: LiveScope, names: readonly string[]): LiveScope {
  if (names.length === 0) return { evaluate: outer.evaluate, set: () => {} };
  // A method's name is no variable inside of it, so that the assignment is to the variable of the scope.
  const setters = names.map((name) => `${name}() { ${name} = arguments[0]; }`).join(", ");
  // `var`, since V8 would look at each access whether a `let` in such a scope has its value yet: a quarter of a tight loop's time.
  const text = `(() => { var ${names.join(", ")}; return [${evaluator}, { ${setters} }]; })()`;
  const [evaluate, set] = outer.evaluate(text) as [Evaluate, Record<string, Evaluate>];
  return { evaluate, set: (name, value) => void set[name]?.(value as string) };
}

// A program may forbid what this rests on.
function explained<T>(evaluate: () => T): T {
  try {
    return evaluate();
  } catch (cause) {
    if (!(cause instanceof EvalError)) throw cause;
    throw new TargetError(
      "Cannot load a function from its text: --disallow-code-generation-from-strings forbids it; " +
        "export it from a module and start { module: new URL(…), name }",
      { cause },
    );
  }
}
