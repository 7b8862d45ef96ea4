import { choice, toggle } from "@manyhands/process/command-line";
import { exitCodes } from "../base/bench-error.ts";
import { examineMachine } from "../measure/machine/examine-machine.ts";
import { doctorText, findingsOf } from "../report/terminal/doctor-text.ts";
import { styleOf } from "../report/terminal/terminal-style.ts";
import { benchCommand } from "./parse/command.ts";
import { duration } from "./parse/flag.ts";

/** `manyhands-bench doctor`: how fit this machine is for measuring. */
export const doctor = benchCommand({
  name: "doctor",
  summary: "how fit this machine is for measuring, and what each finding means",
  group: "Setup",
  flags: {
    time: duration(5000, { help: "how long to measure the noise", initially: " (5s)" }),
    strict: toggle({ help: "end with exit code 4 when a finding is grave" }),
    format: choice(["pretty", "json"], "pretty", { help: "format of standard output" }),
    style: choice(["auto", "plain"], "auto", { help: "plain: ASCII without colour" }),
  },
  async run({ values, stdout, signal }) {
    const examination = await examineMachine({ durationMs: values.time, signal });
    if (values.format === "json") stdout.write(`${JSON.stringify(examination, null, 1)}\n`);
    else stdout.write(doctorText(examination, styleOf(stdout, values.style)));
    return values.strict && findingsOf(examination).some((finding) => finding.grave) ? exitCodes.invalid : exitCodes.ok;
  },
});
