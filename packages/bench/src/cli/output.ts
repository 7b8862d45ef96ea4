import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Result, writeResult } from "../base/result-file.ts";
import { scalingHtml } from "../report/scaling-html.ts";

/**
 * Writes the page and the raw result beside it.
 *
 * @returns the page's path, relative to where the user stands.
 */
export function writeReport(folder: string, result: Result): string {
  mkdirSync(folder, { recursive: true });
  const name = join(folder, result.kind);
  writeResult(`${name}.json`, result);
  writeFileSync(`${name}.html`, scalingHtml(result));
  return relative(process.cwd(), `${name}.html`);
}
