import { exitCodes } from "../base/bench-error.ts";
import { measureSpawn, type SpawnOptions } from "../measure/measure-spawn.ts";
import { spawnText } from "../report/spawn-text.ts";
import { cutShort, defineCommand, usageErrors } from "./command.ts";
import { byteList, choices, count, countList, duration, text, toggle } from "./flag.ts";
import { outputFlags, present } from "./output.ts";
import { showProgress } from "./progress.ts";

const kinds = ["buffer", "heap", "sab"] as const;

/** `manyhands-bench spawn`: what a child costs. */
export const spawn = defineCommand({
  name: "spawn",
  summary: "what a child costs by each way to make one: time, phase by phase, and memory",
  flags: {
    methods: text("LIST", undefined, { help: "ids of methods, with commas between", initially: " (all)" }),
    rounds: count("N", 30, 1, { help: "children of each method" }),
    "max-time": duration(45_000, { help: "longest time for each ballast", initially: " (45s)" }),
    ballast: byteList([0], { help: "memory that the parent holds: 0,64M,256M", initially: " (0)" }),
    "ballast-kind": choices(kinds, { help: "buffer, heap, sab; for every ballast above 0", initially: " (buffer)" }),
    alive: countList({ help: "idle children beside which the next is made: 0,1,2,4,8", initially: " (0,1,2,4,8)" }, 0),
    "no-memory": toggle({ help: "make children one at a time only: none idle to be weighed, none at once" }),
    "require-native": toggle({ help: "end with exit code 5 when the C rows cannot be measured" }),
    seed: count("N", undefined, 0, { help: "repeats the order of an earlier run" }),
    ...outputFlags,
  },
  async run({ values, given, stdout, stderr, signal }) {
    const progress = showProgress(stderr);
    const ballastKinds = given.has("ballast-kind") ? values["ballast-kind"] : (["buffer"] as const);
    const options: SpawnOptions = {
      rounds: values.rounds,
      maxTimeMs: values["max-time"],
      ...(values["no-memory"] ? { alive: [] } : values.alive === undefined ? {} : { alive: values.alive }),
      ballasts: values.ballast.flatMap((bytes) =>
        bytes === 0 ? [{ kind: "buffer" as const, bytes }] : ballastKinds.map((kind) => ({ kind, bytes })),
      ),
      signal,
      onProgress: progress.update,
      ...(values.methods === undefined ? {} : { methods: values.methods.split(",").map((id) => id.trim()) }),
      ...(values.seed === undefined ? {} : { seed: values.seed }),
    };
    const result = await usageErrors(() => measureSpawn(options));
    progress.clear();
    present(result, spawnText, values, stdout);
    const cut = cutShort(signal);
    if (cut !== undefined) return cut;
    const lacking = result.rows.some((row) => row.family === "native" && row.unavailable !== undefined);
    return values["require-native"] && lacking ? exitCodes.missing : exitCodes.ok;
  },
});
