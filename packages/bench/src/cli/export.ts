import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { choice, text } from "@manyhands/process/command-line";
import { exitCodes } from "../base/bench-error.ts";
import { type Result, readResult } from "../base/result-file.ts";
import { pictureFiles } from "../report/export/picture-files.ts";
import type { Writable } from "../report/terminal/writable.ts";
import { formats } from "./format.ts";
import { benchCommand } from "./parse/command.ts";

/** Writes a result in a format to a file, or to standard output for `-`; pictures into a folder, naming them. */
export function exportResult(
  result: Result,
  format: keyof typeof formats | "svg",
  path: string,
  stdout: Writable,
): void {
  if (format === "svg") {
    const folder = path === "-" ? "." : path;
    mkdirSync(folder, { recursive: true });
    for (const [name, svg] of pictureFiles(result)) {
      writeFileSync(join(folder, `${name}.svg`), svg);
      stdout.write(`${join(folder, `${name}.svg`)}\n`);
    }
  } else if (path === "-") stdout.write(formats[format](result));
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, formats[format](result));
  }
}

/** `manyhands-bench export FILE --to FORMAT`. */
export const exporting = benchCommand({
  name: "export",
  operands: "<FILE>",
  summary: "a saved result in another format",
  group: "Results",
  flags: {
    to: choice(["json", "csv", "summary", "md", "html", "svg", "hyperfine", "bmf", "github-action"], "csv", {
      help: "csv has one row a sample, summary one row a derived value",
    }),
    output: text("PATH", "-", { short: "o", help: "file, or folder for svg; - is standard output" }),
  },
  async run({ values, operands, stdout }) {
    const [path = ""] = operands;
    const result = readResult(path);
    exportResult(result, values.to, values.output, stdout);
    return exitCodes.ok;
  },
});
