// What a trace costs: `map` of items of 1 ms, in a program that records a trace and in one that does not.
//
// Usage: node tracing/tracing.js [rounds]
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gate, notJudged, printTable, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";

/** How much each row does in a round: items of 1 ms, or calls that do nothing. */
const works = {
  chunks: { count: 100, title: "`map` of items of 1 ms, in chunks" },
  items: { count: 100, title: "`map` of items of 1 ms, one by one" },
  calls: { count: 500, title: "`apply` of nothing, one after the other" },
};
const limit = 1.03;

/** Hashes of hashes. Its answer is the same for the same number. */
function hashTimes(times) {
  let hash = Buffer.alloc(32);
  for (let i = 0; i < times; i++) hash = createHash("sha256").update(hash).digest();
  return hash.toString("hex");
}

/** How many hashes take a millisecond here: in the fastest of some tries, since other programs only slow them. */
function timesFor1Ms() {
  const tries = Array.from({ length: 20 }, () => {
    const began = performance.now();
    hashTimes(5000);
    return 5000 / (performance.now() - began);
  });
  return Math.round(Math.max(...tries));
}

/** Starts a program that maps, traced or not. */
async function startProgram(startMethod, times, trace) {
  const env = { ...process.env, MANYHANDS_TRACE: trace ?? "" };
  const args = [startMethod, String(times), hashTimes(times)];
  const program = fork(new URL("mapping-program.js", import.meta.url), args, { env });
  program.once("exit", (code) => {
    if (code !== 0) throw new Error(`a program ended with ${code}`);
  });
  await once(program, "message");
  return program;
}

async function ask(program, work) {
  program.send({ work, count: works[work].count });
  const [answer] = await once(program, "message");
  return answer;
}

async function main(rounds) {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-tracing-"));
  const times = timesFor1Ms();
  const programs = [];
  const processorMs = {};
  const rows = {};
  const pairs = [];
  try {
    for (const startMethod of ["thread", "spawn"]) {
      const traced = await startProgram(startMethod, times, join(folder, `${startMethod}.json`));
      const plain = await startProgram(startMethod, times, undefined);
      programs.push(traced, plain);
      for (const work of Object.keys(works)) {
        const pair = { startMethod, work, plain: `${startMethod}, ${work}`, traced: `${startMethod}, ${work}, traced` };
        pairs.push(pair);
        for (const [name, program] of [
          [pair.plain, plain],
          [pair.traced, traced],
        ]) {
          rows[name] = async () => {
            const { ms, cpuMs } = await ask(program, work);
            processorMs[name] ??= [];
            processorMs[name].push(cpuMs);
            return ms;
          };
        }
      }
    }
    const samples = await interleaveTook(rows, { rounds });
    // The rounds that count: those before are for warming up.
    const used = Object.fromEntries(Object.entries(processorMs).map(([name, all]) => [name, all.slice(-rounds)]));
    printTitle(`1 worker; ${rounds} rounds, interleaved. Times are medians of the rounds, of one item or call.`);
    printTable(
      ["row", "ms", "traced", "processor time, ms", "traced"],
      pairs.map(({ startMethod, work, plain, traced }) => [
        `${startMethod}, ${works[work].title}`,
        ...[samples, used].flatMap((each) =>
          [plain, traced].map((name) => (median(each[name]) / works[work].count).toFixed(3)),
        ),
      ]),
    );
    const isCounted = Object.values(used)
      .flat()
      .every((ms) => ms > 0);
    for (const pair of pairs) printGates(pair, samples, isCounted ? used : undefined);
  } finally {
    for (const program of programs) program.disconnect();
    await Promise.all(programs.map((program) => program.exitCode ?? once(program, "exit")));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Divides a time of each round by the processor time of an item in that round. */
function sharesOf(startMethod, used, time) {
  return used[`${startMethod}, items`].map((ms, i) => time(i) / (ms / works.items.count));
}

/** @param used the processor times; `undefined` where the system does not count them exactly. */
function printGates({ startMethod, work, plain, traced }, samples, used) {
  const { title, count } = works[work];
  const what = `${startMethod}, ${title}`;
  const why = "this system does not count the processor time of threads exactly";
  if (work === "calls") {
    // The extra cost of what happens once for each item, measured without the noise of the item's own work.
    const label = `${what}: processor time that a trace adds / that of an item of 1 ms`;
    if (used === undefined) notJudged(label, limit - 1, why);
    else gate(label, median(sharesOf(startMethod, used, (i) => (used[traced][i] - used[plain][i]) / count)), limit - 1);
    return;
  }
  gate(`${what}: time traced / untraced`, ratio(samples, traced, plain), limit);
  const label = `${what}: processor time traced / untraced`;
  if (used === undefined) notJudged(label, limit, why);
  else gate(label, ratio(used, traced, plain), limit);
}

await main(Number(process.argv[2] ?? 30));
