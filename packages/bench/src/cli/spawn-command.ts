import { choices, count, text, toggle } from "@manyhands/process/command-line";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import { launchers } from "../measure/spawn/launchers.ts";
import { measureSpawn } from "../measure/spawn/measure-spawn.ts";
import type { SpawnOptions } from "../measure/spawn/spawn-options.ts";
import { benchCommand, type LimitedContext, usageErrors } from "./parse/command.ts";
import { byteList, countList, duration } from "./parse/flag.ts";
import { effortOf } from "./run/effort-level.ts";
import { finishRun } from "./run/finish-run.ts";
import { addedContext, checkFlags, measuringFlags, requireCores } from "./run/measuring-flags.ts";
import { showProgress } from "./run/progress.ts";

const kinds = ["buffer", "heap", "sab"] as const;

const flags = {
  methods: text("LIST", undefined, { help: "ids of launchers, separated by commas", initially: " (all)" }),
  quick: toggle({ help: "10 children of each method, at most 4 alive at once" }),
  rigorous: toggle({ help: "100 children of each method" }),
  rounds: count("N", undefined, 1, { help: "children of each method", initially: " (30)" }),
  "max-time": duration(undefined, { help: "longest time of the rounds for each ballast", initially: " (45s)" }),
  ballast: byteList([0], {
    help: "memory that the parent allocates first: 0,64M,256M",
    initially: " (0, and 128M of heap for the start methods)",
  }),
  "ballast-kind": choices(kinds, { help: "buffer, heap, sab; for every ballast above 0", initially: " (buffer)" }),
  alive: countList(
    {
      help: "numbers of idle children while the next one starts: 0,1,2,4,8",
      initially: " (0,1,2,4,8; 0,2,4 with --quick)",
    },
    0,
  ),
  native: choices(["c", "python"], { help: "rows of other languages: c, python, or none" }, true),
  "no-memory": toggle({ help: "start children one at a time only: no memory figures, no bursts" }),
  "require-native": toggle({ help: "end with exit code 5 when the C rows cannot be measured" }),
  ...measuringFlags,
};

type SpawnContext = LimitedContext<typeof flags>;

/** `manyhands-bench spawn`: what a child costs. */
export const spawn = benchCommand({
  name: "spawn",
  summary: "what a child costs by each launcher: time, phase by phase, and memory",
  group: "Measure",
  flags,
  async run(context) {
    const { values, stderr, signal } = context;
    checkFlags("spawn", context);
    const methods = chosen(
      (values.methods?.split(",") ?? launchers().map(({ id }) => id)).map((id) => id.trim()),
      values.native,
      values.filter,
    );
    requireCores(context);
    const effort = effortOf(values, {
      quick: { rounds: 10, ms: 15e3, alive: [0, 2, 4], bursts: 1 },
      usual: { rounds: 30, ms: 45e3, alive: [0, 1, 2, 4, 8], bursts: 3 },
      rigorous: { rounds: 100, ms: 180e3, alive: [0, 1, 2, 4, 8], bursts: 3 },
    });
    const progress = showProgress(stderr, { quiet: values.format === "quiet" });
    const options: SpawnOptions = {
      methods,
      rounds: values["dry-run"] ? 1 : (values.rounds ?? effort.rounds),
      maxTimeMs: values["max-time"] ?? effort.ms,
      ...ballastsOf(context),
      context: addedContext(context),
      signal,
      onProgress: progress.update,
      ...(values["no-memory"] || values["dry-run"] ? { alive: [] } : { alive: values.alive ?? effort.alive }),
      bursts: effort.bursts,
      ...(values.seed === undefined ? {} : { seed: values.seed }),
    };
    const result = await usageErrors(() => measureSpawn(options));
    progress.clear();
    const code = finishRun(result, context);
    const lacking = result.rows.some((row) => row.family === "native" && row.unavailable !== undefined);
    return values["require-native"] && lacking ? exitCodes.missing : code;
  },
});

/** The methods whose growth with the parent's heap is measured by default. */
const growing = ["thread", "spawn", "forkserver", "fork", "child_process.fork"];
const defaultHeap = 2 ** 27;

/** The ballasts of the flags. By default the start methods are also measured beside a JS heap of 128 MiB. */
function ballastsOf({ values, given }: SpawnContext): Pick<SpawnOptions, "ballasts" | "ballastMethods"> {
  const none = { kind: "buffer", bytes: 0 } as const;
  if (!given.has("ballast")) {
    if (values["no-memory"] || values["dry-run"]) return { ballasts: [none] };
    return { ballasts: [none, { kind: "heap", bytes: defaultHeap }], ballastMethods: growing };
  }
  const kinds = given.has("ballast-kind") ? values["ballast-kind"] : (["buffer"] as const);
  return {
    ballasts: values.ballast.flatMap((bytes) => (bytes === 0 ? [none] : kinds.map((kind) => ({ kind, bytes })))),
  };
}

/** The methods that `--native` and `--filter` leave. */
function chosen(ids: readonly string[], native: readonly string[], filter: RegExp): string[] {
  const families = new Map(launchers().map(({ id, family }) => [id, family]));
  const languages = { native: "c", python: "python" } as const;
  const left = ids.filter((id) => {
    const family = families.get(id);
    const language = family === "native" || family === "python" ? languages[family] : undefined;
    return filter.test(id) && (language === undefined || native.includes(language));
  });
  if (left.length === 0) throw new BenchError("Cannot measure: no method is left; see list", exitCodes.usage);
  return left;
}
