import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import { type Result, readResult, stringifyResult } from "../base/result-file.ts";
import { resultCsv } from "../report/csv.ts";
import { bencherJson, githubActionJson, hyperfineJson } from "../report/interop.ts";
import { resultMarkdown } from "../report/markdown.ts";
import { pictureFiles } from "../report/picture-files.ts";
import { resultHtml } from "../report/result-html.ts";
import { defineCommand } from "./command.ts";
import { choice, text } from "./flag.ts";

/** Formats of one text each; pictures are several files, and written by themselves. */
const formats = {
  json: stringifyResult,
  csv: resultCsv,
  md: resultMarkdown,
  html: resultHtml,
  hyperfine: hyperfineJson,
  bmf: bencherJson,
  "github-action": githubActionJson,
} as const satisfies Record<string, (result: Result) => string>;

/** `manyhands-bench export FILE --to FORMAT`. */
export const exporting = defineCommand({
  name: "export",
  operands: "FILE",
  summary: "a saved result in another format",
  flags: {
    to: choice(["json", "csv", "md", "html", "svg", "hyperfine", "bmf", "github-action"], "csv", { help: "format" }),
    output: text("PATH", "-", { short: "o", help: "file, or folder for svg; - is standard output" }),
  },
  async run({ values, operands, stdout }) {
    const [path] = operands;
    if (path === undefined || operands.length > 1)
      throw new BenchError("Cannot export: name one result file; see --help", exitCodes.usage);
    const result = readResult(path);
    if (values.to === "svg") {
      const folder = values.output === "-" ? "." : values.output;
      mkdirSync(folder, { recursive: true });
      for (const [name, svg] of pictureFiles(result)) {
        writeFileSync(join(folder, `${name}.svg`), svg);
        stdout.write(`${join(folder, `${name}.svg`)}\n`);
      }
      return exitCodes.ok;
    }
    const written = formats[values.to](result);
    if (values.output === "-") stdout.write(written);
    else writeFileSync(values.output, written);
    return exitCodes.ok;
  },
});
