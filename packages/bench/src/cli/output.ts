import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Result, stringifyResult, writeResult } from "../base/result-file.ts";
import { resultHtml } from "../report/result-html.ts";
import { type Style, styleOf } from "../report/style.ts";
import type { Writable } from "../report/writable.ts";
import { choice, text } from "./flag.ts";
import type { Values } from "./parse.ts";

/** The flags of every command that makes a report. */
export const outputFlags = {
  format: choice(["pretty", "json", "quiet"], "pretty", { help: "what goes to standard output" }),
  style: choice(["auto", "plain"], "auto", { help: "plain: ASCII without colour" }),
  output: text("DIR", "manyhands-report", { short: "o", help: "folder for the report and the raw result" }),
};

/** Writes the page and the raw result, and shows the result on standard output as the flags say. */
export function present<R extends Result>(
  result: R,
  describe: (result: R, style: Style) => string,
  values: Values<typeof outputFlags>,
  stdout: Writable,
): void {
  const path = writeReport(values.output, result);
  if (values.format === "pretty") {
    stdout.write(`${describe(result, styleOf(stdout, values.style))}\nreport: ${path}\n`);
  }
  if (values.format === "json") stdout.write(stringifyResult(result));
}

/**
 * Writes the page and the raw result beside it.
 *
 * @returns the page's path, relative to where the user stands.
 */
export function writeReport(folder: string, result: Result): string {
  mkdirSync(folder, { recursive: true });
  const name = join(folder, result.kind);
  writeResult(`${name}.json`, result);
  writeFileSync(`${name}.html`, resultHtml(result));
  return relative(process.cwd(), `${name}.html`);
}
