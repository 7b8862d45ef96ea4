import { exitCodes } from "../base/bench-error.ts";
import { examine } from "../measure/machine/examine-machine.ts";
import { doctorText, findingsOf } from "../report/terminal/doctor-text.ts";
import { styleOf } from "../report/terminal/terminal-style.ts";
import { defineCommand } from "./command.ts";
import { choice, duration, toggle } from "./flag.ts";

/** `manyhands-bench doctor`: what this machine is worth for measuring. */
export const doctor = defineCommand({
  name: "doctor",
  summary: "what this machine is worth for measuring, and what each finding means",
  flags: {
    time: duration(5000, { help: "how long to listen to the noise", initially: " (5s)" }),
    strict: toggle({ help: "end with exit code 4 when something disturbs" }),
    format: choice(["pretty", "json"], "pretty", { help: "what goes to standard output" }),
    style: choice(["auto", "plain"], "auto", { help: "plain: ASCII without colour" }),
  },
  async run({ values, stdout, signal }) {
    const examination = await examine({ durationMs: values.time, signal });
    if (values.format === "json") stdout.write(`${JSON.stringify(examination, null, 1)}\n`);
    else stdout.write(doctorText(examination, styleOf(stdout, values.style)));
    return values.strict && findingsOf(examination).some((finding) => finding.grave) ? exitCodes.invalid : exitCodes.ok;
  },
});
