// How much faster does work get with more cores? Every kernel that the bench package ships, on the workers of a crew of threads, each
// answer proved; beside the plain loop and native threads, all in the same rounds.
import { catalogue, measureScaling } from "@manyhands/bench";
import { printTable, printText, printTitle } from "../answer.js";

const timesMs = { maxTimeMs: 5000, warmUpMs: 200 };
printTitle("Kernels of about a second, 5 s of rounds each in one launch, interleaved.");
const result = await measureScaling({ kernels: catalogue, launches: 1, ...timesMs });

const invalid = result.warnings.filter(({ code }) => code === "wrong-answer" || code === "failed");
for (const { text, subject } of invalid) throw new Error(`${subject}: ${text}`);

const most = Math.max(...result.design.levels);
const times = ({ value, low, high }) => `${value.toFixed(2)} (${low.toFixed(2)}…${high.toFixed(2)})`;
const share = (value) => `${(100 * value).toFixed(0)} %`;
printTable(
  ["kernel", "loads", "plain loop, ms", `speed-up with ${most}, 95 % interval`, "of ideal", "of native threads'"],
  result.kernels.map(({ id, bound }) => {
    const { serialNs } = result.results.find(({ kernel }) => kernel === id);
    const level = result.levels.find(({ kernel, workers }) => kernel === id && workers === most);
    return [
      id,
      bound,
      (serialNs.value / 1e6).toFixed(0),
      times(level.speedUp),
      share(level.speedUp.ofMedians / most),
      level.machineEfficiency === undefined ? "" : share(level.machineEfficiency.value),
    ];
  }),
);
printText(
  `Native threads are of ${result.design.ceiling === "native" ? "C" : "WebAssembly, for want of a C compiler"}.`,
);
