import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Post } from "./inspector-session.ts";

/** A script that V8 has compiled. */
export interface Script {
  readonly id: string;
  /** Where it is from: a URL or a path; empty for text without a name. */
  readonly url: string;
  /** The text as V8 has it: after a loader has turned TypeScript into JavaScript. */
  readonly source: string;
  /** Where its source map is, as its last lines say; empty when they say nothing. */
  readonly sourceMapUrl: string;
}

const known = new Map<string, Script>();
const urls = new Map<string, { readonly url: string; readonly sourceMapUrl: string }>();

/**
 * Finds the script with an id.
 *
 * Only a debugger is told of all scripts, and asking for that costs as much as half a thread's start. Most functions
 * are started by their own module, though, and the stack tells that one's name; its text then is that of its file, if
 * the function stands there where V8 says.
 *
 * @param isModule whether it is an ECMAScript module.
 * @param stands whether the function stands in this script where V8 says.
 */
export function scriptOf(id: string, post: Post, isModule: boolean, stands: (script: Script) => boolean): Script {
  const found = known.get(id) ?? (isModule ? fromStack(id, post, stands) : undefined) ?? fromDebugger(id, post);
  known.set(id, found);
  return found;
}

interface Frame {
  readonly scriptId: string;
  readonly url: string;
}

function fromStack(id: string, post: Post, stands: (script: Script) => boolean): Script | undefined {
  const url = urls.get(id)?.url ?? callers(post).find(({ scriptId }) => scriptId === id)?.url;
  if (url === undefined || !/^file:.*\.m?js$/.test(url)) return undefined;
  try {
    const source = readFileSync(fileURLToPath(url), "utf8");
    const [, sourceMapUrl = ""] = /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(source) ?? [];
    const script = { id, url, source, sourceMapUrl };
    return stands(script) ? script : undefined;
  } catch {
    return undefined;
  }
}

function callers(post: Post): readonly Frame[] {
  post("Runtime.enable");
  try {
    const thrown = post("Runtime.evaluate", { expression: "throw undefined" });
    const { stackTrace } = thrown.exceptionDetails as { stackTrace?: { callFrames: Frame[] } };
    return stackTrace?.callFrames ?? [];
  } finally {
    post("Runtime.disable");
  }
}

function fromDebugger(id: string, post: Post): Script {
  const stop = post.listen("Debugger.scriptParsed", (params) => {
    const { scriptId, url, sourceMapURL } = params as { scriptId: string; url: string; sourceMapURL?: string };
    urls.set(scriptId, { url, sourceMapUrl: sourceMapURL ?? "" });
  });
  post("Debugger.enable");
  try {
    const { scriptSource } = post("Debugger.getScriptSource", { scriptId: id }) as { scriptSource: string };
    return { id, url: "", sourceMapUrl: "", ...urls.get(id), source: scriptSource };
  } finally {
    post("Debugger.disable");
    stop();
  }
}
