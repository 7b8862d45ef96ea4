import { exitCodes } from "../base/bench-error.ts";
import { catalogue, longKernels, shortList } from "../kernel/catalogue.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { transports } from "../measure/message/transports.ts";
import { launchers } from "../measure/spawn/launchers.ts";
import { textTable } from "../report/terminal/text-table.ts";
import { benchCommand } from "./parse/command.ts";

/** `manyhands-bench list`: what can be measured. */
export const list = benchCommand({
  name: "list",
  summary: "what can be measured: kernels, ways to start a child, transports",
  group: "Setup",
  flags: {},
  async run({ stdout }) {
    const when = (kernel: Kernel) =>
      shortList.includes(kernel) ? "; measured by default" : longKernels.includes(kernel) ? "; only when named" : "";
    const kernels = [...catalogue, ...longKernels].map((kernel) => [
      kernel.id,
      kernel.bound,
      `${kernel.title}; proves ${kernel.source}${when(kernel)}`,
    ]);
    const methods = launchers().map(({ id, family, title }) => [id, family, title]);
    const ways = transports.map(({ id, family, title, shapes }) => [id, family, `${title}: ${shapes.join(", ")}`]);
    const lines = [
      "scale",
      ...textTable(kernels),
      "",
      "spawn",
      ...textTable(methods),
      "",
      "message",
      ...textTable(ways),
      "",
    ];
    stdout.write(lines.join("\n"));
    return exitCodes.ok;
  },
});
