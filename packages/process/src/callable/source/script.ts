import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { InspectorPost } from "./inspector-session.ts";

/** A script that V8 has compiled. */
export interface Script {
  readonly id: string;
  /** Its URL or path; empty for text without a name. */
  readonly url: string;
  /** The text that V8 compiled: JavaScript, after a loader has transpiled TypeScript. */
  readonly source: string;
  /** The URL of its source map, from the comment at its end; empty without one. */
  readonly sourceMapUrl: string;
}

const scripts = new Map<string, Script>();
const urls = new Map<string, { readonly url: string; readonly sourceMapUrl: string }>();

/**
 * Finds the script with an id.
 *
 * V8 lists all scripts only when the debugger domain is enabled, which takes half as long as a thread's start. Most
 * functions are started by their own module, which is on the stack. So for a module the stack is asked first for the
 * URL; the text is then read from the file, and used if it has the function at the position that V8 gives.
 *
 * @param isModule whether it is an ECMAScript module.
 * @param isAtPosition whether a script's text has the function at the position that V8 gives.
 */
export function findScript(
  id: string,
  post: InspectorPost,
  isModule: boolean,
  isAtPosition: (script: Script) => boolean,
): Script {
  const found =
    scripts.get(id) ?? (isModule ? findOnStack(id, post, isAtPosition) : undefined) ?? askDebugger(id, post);
  scripts.set(id, found);
  return found;
}

interface CallFrame {
  readonly scriptId: string;
  readonly url: string;
}

function findOnStack(id: string, post: InspectorPost, isAtPosition: (script: Script) => boolean): Script | undefined {
  const url = urls.get(id)?.url ?? callFrames(post).find(({ scriptId }) => scriptId === id)?.url;
  if (url === undefined || !/^file:.*\.m?js$/.test(url)) return undefined;
  try {
    const source = readFileSync(fileURLToPath(url), "utf8");
    const [, sourceMapUrl = ""] = /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(source) ?? [];
    const script = { id, url, source, sourceMapUrl };
    return isAtPosition(script) ? script : undefined;
  } catch {
    return undefined;
  }
}

function callFrames(post: InspectorPost): readonly CallFrame[] {
  post("Runtime.enable");
  try {
    const thrown = post("Runtime.evaluate", { expression: "throw undefined" });
    const { stackTrace } = thrown.exceptionDetails as { stackTrace?: { callFrames: CallFrame[] } };
    return stackTrace?.callFrames ?? [];
  } finally {
    post("Runtime.disable");
  }
}

function askDebugger(id: string, post: InspectorPost): Script {
  const stop = post.listen("Debugger.scriptParsed", (params) => {
    const { scriptId, url, sourceMapURL } = params as { scriptId: string; url: string; sourceMapURL?: string };
    if (tsxApiFile.test(url)) api = url;
    urls.set(scriptId, { url: url.replace(tsxNamespace, ""), sourceMapUrl: sourceMapURL ?? "" });
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

// The API of tsx may give a module a URL of its own, which only the program's hooks resolve.
const tsxNamespace = /\?tsx-namespace=[^&#]*$/;
const tsxApiFile = /\/node_modules\/tsx\/dist\/(esm|cjs)\/api\//;
let api: string | undefined;

/** The URL of the API of tsx, when the program has loaded it, and V8 has listed its scripts. */
export function tsxApi(): string | undefined {
  return api;
}
