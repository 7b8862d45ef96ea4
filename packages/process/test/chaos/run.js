// @ts-check
// Mixes calls, cancellations, kills, exits, memory exhaustion and endings of pools and executors: run.js --help
import { parseArgs } from "node:util";
import { getAllStartMethods } from "@manyhands/process";
import { planRound } from "./plan.js";
import { engines, runChaos } from "./run-chaos.js";

const usage = `node run.js [options]
  --seed TEXT     decides what the rounds do, default: the time
  --minutes M     how long, over all engines, default 1
  --engine E      ${engines.join(" | ")}, default: all, one after another
  --round N       runs this round alone, --times times, and prints its plan
  --times N       default 1`;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: new Date().toISOString() },
    minutes: { type: "string", default: "1" },
    engine: { type: "string" },
    round: { type: "string" },
    times: { type: "string", default: "1" },
    help: { type: "boolean" },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}
const methods = getAllStartMethods();
const chosen = engines.filter((engine) =>
  values.engine === undefined ? engine === "fork" || methods.includes(engine) : engine === values.engine,
);
const seconds = (Number(values.minutes) * 60) / chosen.length;
console.log(`seed ${values.seed}`);
for (const engine of chosen) {
  const { seed } = values;
  if (values.round === undefined) report(await runChaos(engine, { seed, seconds }));
  else {
    const first = Number(values.round);
    console.log(JSON.stringify(planRound(engine, seed, first), null, 1));
    for (let i = 0; i < Number(values.times); i++) report(await runChaos(engine, { seed, first, rounds: 1, seconds }));
  }
}

/** @param {import("./run-chaos.js").ChaosResult} result */
function report({ engine, rounds, calls, cancels, kills, hangs, left, faults }) {
  console.log(
    `${engine}: ${rounds} rounds, ${calls} calls, ${cancels} cancels, ${kills} kills, ${hangs} hangs, ${left.length} leftovers, ${faults.length} faults`,
  );
  for (const text of [...left, ...faults]) console.log(`  ${text}`);
  if (hangs + left.length + faults.length > 0) process.exitCode = 1;
}
