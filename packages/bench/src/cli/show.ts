import { choice, toggle } from "@manyhands/process/command-line";
import { exitCodes } from "../base/bench-error.ts";
import { readResult } from "../base/result-file.ts";
import { resultText } from "../report/terminal/result-text.ts";
import { styleOf } from "../report/terminal/terminal-style.ts";
import { benchCommand } from "./parse/command.ts";

/** `manyhands-bench show FILE…`: saved results as they were shown when measured. */
export const show = benchCommand({
  name: "show",
  operands: "<FILE...>",
  summary: "saved results, as they were printed when measured",
  group: "Results",
  flags: {
    geomean: toggle({ help: "also the geometric mean of all kernels' speed-ups" }),
    style: choice(["auto", "plain"], "auto", { help: "plain: ASCII without colour" }),
  },
  async run({ values, operands, stdout }) {
    for (const path of operands)
      stdout.write(resultText(readResult(path), styleOf(stdout, values.style), values.geomean));
    return exitCodes.ok;
  },
});
