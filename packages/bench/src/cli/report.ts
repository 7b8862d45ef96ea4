import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { text } from "@manyhands/process/command-line";
import { exitCodes } from "../base/bench-error.ts";
import { readResult } from "../base/result-file.ts";
import { resultHtml } from "../report/html/result-html.ts";
import { benchCommand } from "./parse/command.ts";

/** `manyhands-bench report FILE…`: saved results as pages. */
export const report = benchCommand({
  name: "report",
  operands: "<FILE...>",
  summary: "saved results as pages of one file each",
  group: "Results",
  flags: { output: text("DIR", "manyhands-report", { short: "o", help: "folder for the pages" }) },
  async run({ values, operands, stdout }) {
    mkdirSync(values.output, { recursive: true });
    for (const path of operands) {
      const page = join(values.output, `${basename(path).replace(/\.json(\.gz)?$/, "")}.html`);
      writeFileSync(page, resultHtml(readResult(path)));
      stdout.write(`report: ${relative(process.cwd(), page)}\n`);
    }
    return exitCodes.ok;
  },
});
