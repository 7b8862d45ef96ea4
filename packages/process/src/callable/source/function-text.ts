import { TargetError } from "../../base/errors.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import type { ClassMember } from "../syntax/class-members.ts";
import type { TextRefusal } from "../syntax/parse-function.ts";
import type { FunctionText, TextOptions } from "../syntax/read-text.ts";
import { syntax } from "./load-syntax.ts";

// Many closures have the same text. The cache is bounded, since a program may create texts without limit.
const texts = new Map<string, FunctionText | TextRefusal>();
const members = new Map<string, readonly ClassMember[] | TextRefusal>();
const mostTexts = 1000;

/**
 * Reads the text of a function. Results are cached.
 *
 * @throws {TargetError} when the text does not parse, or depends on the code around it in a way that cannot be sent.
 */
export function readFunctionText(fn: Callable, options: TextOptions): FunctionText {
  const text = Function.prototype.toString.call(fn);
  const key = [...Object.values(options), text].join("|");
  const read = cached(texts, key, () => syntax().readText(text, options));
  if ("refused" in read) throw refusalError(read, fn);
  return read;
}

/**
 * Lists the members that the text of a class defines; none for another function. Results are cached.
 *
 * @throws {TargetError} when the text does not parse.
 */
export function readClassMembers(fn: Callable): readonly ClassMember[] {
  const text = Function.prototype.toString.call(fn);
  if (!/^class\b/.test(text)) return [];
  const read = cached(members, text, () => syntax().readMembers(text));
  if ("refused" in read) throw refusalError(read, fn);
  return read;
}

function cached<T>(cache: Map<string, T>, key: string, read: () => T): T {
  const known = cache.get(key) ?? read();
  if (cache.size >= mostTexts) cache.clear();
  cache.set(key, known);
  return known;
}

function refusalError({ refused, cause }: TextRefusal, fn: Callable): TargetError {
  if (refused === "new.target") return unavailableError(refused, fn);
  const start = startOf(fn);
  return refused === "arguments"
    ? new TargetError(`${start}: it uses the "arguments" of the function around it; put them into a variable first`)
    : new TargetError(
        `${start}: its text does not parse (${(cause as Error).message}); ` +
          "export it from a module and start { module: new URL(…), name }",
        { cause },
      );
}

/** The error for a function that uses a part which only the class around it has. */
export function unavailableError(part: string, fn: Callable): TargetError {
  const fix = part.startsWith("#")
    ? "start a function that makes the object itself and calls this on it"
    : "start a function that calls it instead";
  return new TargetError(`${startOf(fn)}: it uses ${part}, which only the class around it has; ${fix}`);
}

function startOf(fn: Callable): string {
  return `Cannot start "${functionName(fn) || "(anonymous)"}"`;
}
