// The speed-up over the number of cores: every kernel of the bench package on threads, with each answer checked,
// compared with the serial loop and native threads in the same rounds.
import { catalogue, measureScaling } from "@manyhands/bench";
import { printTable, printText, printTitle } from "../answer.js";

printTitle("Kernels of about 0.2 s, repeated when shorter; 8 s of rounds each, interleaved.");
const result = await measureScaling({ kernels: catalogue, size: "small", launches: 1, warmUpMs: 200, maxTimeMs: 8000 });

const invalid = result.warnings.filter(({ code }) => code === "wrong-answer" || code === "failed");
for (const { text, subject } of invalid) throw new Error(`${subject}: ${text}`);

const most = Math.max(...result.design.levels);
const interval = ({ low, high }) => (Number.isFinite(high) ? `${low.toFixed(2)}…${high.toFixed(2)}` : "too few rounds");
const share = (value) => `${(100 * value).toFixed(0)} %`;
printTable(
  ["kernel", "loads", "plain loop, ms", `speed-up with ${most}`, "95 % interval", "of ideal", "of native threads'"],
  result.kernels.map(({ id, bound }) => {
    const { serialNs } = result.results.find(({ kernel }) => kernel === id);
    const level = result.levels.find(({ kernel, workers }) => kernel === id && workers === most);
    return [
      id,
      bound,
      (serialNs.value / 1e6).toFixed(0),
      level.speedUp.value.toFixed(2),
      interval(level.speedUp),
      share(level.efficiency.value),
      level.machineEfficiency === undefined ? "" : share(level.machineEfficiency.value),
    ];
  }),
);
printText(
  `Native threads are of ${result.design.ceiling === "native" ? "C" : "WebAssembly, for want of a C compiler"}.`,
);
