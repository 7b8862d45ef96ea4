import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { choice, inGroup, text, type Values } from "@manyhands/process/command-line";
import { type Result, writeResult } from "../base/result-file.ts";
import { resultHtml } from "../report/html/result-html.ts";
import { resultText } from "../report/terminal/result-text.ts";
import { styleOf } from "../report/terminal/terminal-style.ts";
import type { Writable } from "../report/terminal/writable.ts";
import { exportResult } from "./export.ts";
import { formats } from "./format.ts";

const exported = ["json", "csv", "md", "html", "svg"] as const;
const path = (what: string) => text("PATH", undefined, { help: `also write ${what}; - is standard output` });

/** The flags of every command that makes a report. */
export const outputFlags = inGroup("Output", {
  format: choice(["pretty", "json", "md", "csv", "quiet"], "pretty", { help: "format of standard output" }),
  style: choice(["auto", "plain"], "auto", { help: "plain: ASCII without colour" }),
  output: text("DIR", "manyhands-report", { short: "o", help: "folder for the report and the raw result" }),
  "export-json": path("the raw result; compressed when the name ends in .gz"),
  "export-csv": path("one row a sample"),
  "export-md": path("a table for a pull request"),
  "export-html": path("the page"),
  "export-svg": text("DIR", undefined, { help: "also write the pictures" }),
});

/**
 * Writes the page and the raw result, and prints the result to standard output in the format of the flags.
 *
 * @param options.name of the files. Default: the result's kind.
 * @param options.withMean whether the geometric mean of all kernels' speed-ups is shown. Default: false.
 */
export function present(
  result: Result,
  values: Values<typeof outputFlags>,
  stdout: Writable,
  options: { readonly name?: string | undefined; readonly withMean?: boolean } = {},
): void {
  const { name = result.kind, withMean = false } = options;
  const page = writeReport(values.output, result, name);
  if (values.format === "pretty") {
    stdout.write(`${resultText(result, styleOf(stdout, values.style), withMean)}\nreport: ${page}\n`);
  } else if (values.format !== "quiet") stdout.write(formats[values.format](result));
  for (const format of exported) {
    const place = values[`export-${format}`];
    if (place === undefined) continue;
    if (format === "json" && place !== "-") writeResult(place, result);
    // The paths of pictures are for people, and must not be mixed into output that programs read.
    else exportResult(result, format, place, format === "svg" && values.format !== "pretty" ? nowhere : stdout);
  }
}

const nowhere: Writable = { write: () => true };

/**
 * Writes the page and the raw result beside it.
 *
 * @returns the page's path, relative to where the user stands.
 */
function writeReport(folder: string, result: Result, name: string): string {
  mkdirSync(folder, { recursive: true });
  writeResult(join(folder, `${name}.json`), result);
  const page = join(folder, `${name}.html`);
  writeFileSync(page, resultHtml(result));
  return relative(process.cwd(), page);
}
