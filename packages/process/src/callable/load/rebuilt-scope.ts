import { TargetError } from "../../base/errors.ts";
import type { PackedScript } from "../form/function-bundle.ts";
import { evaluateAt } from "./dynamic-import.ts";

/** A rebuilt scope. Text that is evaluated in it sees its variables, and those of the scopes around it. */
export interface RebuiltScope {
  evaluate(text: string): unknown;
  set(name: string, value: unknown): void;
}

type Evaluate = (text: string) => unknown;

// Only direct eval can put text into an existing scope. V8 compiles it like other code, with variables in fixed
// slots. The text is passed by `arguments`, since a parameter would hide a variable of its name.
const evaluator = "function () { return eval(arguments[0]); }";

/**
 * Makes the outermost scope for the functions of a script. Their dynamic imports are resolved from the script's URL.
 */
export function rootScope({ url, isStrict }: Pick<PackedScript, "url" | "isStrict">): RebuiltScope {
  const text = `(() => { ${isStrict ? '"use strict"; ' : ""}return ${evaluator}; })()`;
  const evaluate = evaluateAt(url, text) as Evaluate;
  return { evaluate: (text) => withEvalErrors(() => evaluate(text)), set: () => {} };
}

/** Makes a scope with these variables inside of another. They are `undefined` until they are set. */
export function innerScope(outer: RebuiltScope, names: readonly string[]): RebuiltScope {
  if (names.length === 0) return { evaluate: (text) => outer.evaluate(text), set: () => {} };
  // Setters are methods: the name of a method is not a variable inside of it, so the assignment is to the scope's
  // variable.
  const setters = names.map((name) => `${name}() { ${name} = arguments[0]; }`).join(", ");
  // `var` rather than `let`: V8 checks at each access whether a `let` in such a scope has its value yet. That is a
  // quarter of a tight loop's time.
  const text = `(() => { var ${names.join(", ")}; return [${evaluator}, { ${setters} }]; })()`;
  const [evaluate, set] = outer.evaluate(text) as [Evaluate, Record<string, Evaluate>];
  return { evaluate, set: (name, value) => void set[name]?.(value as string) };
}

/**
 * Makes the outermost scope for functions of a script, with the properties of an object as its variables: they are read
 * at each use, which is slower.
 */
export function objectScope({ url, isStrict }: Pick<PackedScript, "url" | "isStrict">, holder: object): RebuiltScope {
  const inner = `(() => { ${isStrict ? '"use strict"; ' : ""}return ${evaluator}; })()`;
  const enter = evaluateAt(url, `(function () { with (arguments[0]) return ${inner}; })`) as (
    holder: object,
  ) => Evaluate;
  const evaluate = enter(holder);
  return { evaluate: (text) => withEvalErrors(() => evaluate(text)), set: () => {} };
}

function withEvalErrors<T>(evaluate: () => T): T {
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
