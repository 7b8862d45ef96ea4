import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Whether a hook such as that of ts-node, @swc-node/register or @babel/register has compiled a CommonJS module.
 *
 * @param module its URL, and the text that V8 has compiled.
 */
export function isCompiledByRequire({ url, source }: { readonly url: string; readonly source: string }): boolean {
  if (!url.startsWith("file:")) return false;
  const path = fileURLToPath(url);
  const extension = extname(path);
  if (!/^\.[cm]?js$/.test(extension)) return extension in createRequire(path).extensions;
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "") !== source;
  } catch {
    return false;
  }
}
