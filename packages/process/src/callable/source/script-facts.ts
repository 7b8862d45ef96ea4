import type { ScriptFacts } from "../syntax/script-facts.ts";
import { syntax } from "./load-syntax.ts";
import type { Script } from "./script.ts";

const cache = new WeakMap<Script, ScriptFacts>();

/** Reads the facts of a script from its text. Cached. A text that does not parse gives no facts. */
export function readScriptFacts(script: Script): ScriptFacts {
  const found = cache.get(script) ?? syntax().readFacts(script.source);
  cache.set(script, found);
  return found;
}
