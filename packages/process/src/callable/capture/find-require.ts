import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * The URL from which a `require` resolves, whatever the name of its variable: bundlers rename it, and `createRequire()`
 * may make one for another place.
 *
 * @param url the URL of the script that has it, when it is known: it is preferred to that of its folder.
 * @returns `undefined` when the function is no `require`, or does not show its folder.
 */
export function requireUrl(fn: object, url = ""): string | undefined {
  const { resolve } = fn as Partial<NodeJS.Require>;
  if (typeof resolve !== "function" || typeof resolve.paths !== "function") return undefined;
  const [folder] = resolve.paths("./") ?? [];
  // Of a `require` without a file, such as the REPL's, the folder is ".".
  if (folder === undefined || !/^(\/|[A-Za-z]:)/.test(folder)) return undefined;
  return url.startsWith("file:") && dirname(fileURLToPath(url)) === folder ? url : pathToFileURL(`${folder}/`).href;
}
