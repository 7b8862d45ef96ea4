import { choices, count, text, toggle } from "@manyhands/process/command-line";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import { measureMessages, messageSizes } from "../measure/message/measure-messages.ts";
import { shapes } from "../measure/message/message-payload.ts";
import { transports } from "../measure/message/transports.ts";
import { benchCommand, usageErrors } from "./parse/command.ts";
import { byteList, countList, duration } from "./parse/flag.ts";
import { effortOf } from "./run/effort-level.ts";
import { finishRun } from "./run/finish-run.ts";
import { addedContext, checkFlags, measuringFlags, requireCores } from "./run/measuring-flags.ts";
import { showProgress } from "./run/progress.ts";

/** `manyhands-bench message`: what a message costs. */
export const message = benchCommand({
  name: "message",
  summary: "what a message costs by each transport: latency, bandwidth, CPU on both sides",
  group: "Measure",
  flags: {
    transports: text("LIST", undefined, { help: "ids of transports, separated by commas", initially: " (all)" }),
    sizes: byteList(messageSizes, { help: "sizes of the payload: 0,4K,1M", initially: " (0, 32 B… 64 MiB)" }),
    shapes: choices(shapes, { help: `kinds of payload: ${shapes.join(", ")}`, initially: " (bytes,string)" }),
    window: countList({ help: "messages in flight at once; more than 1 is a stream", initially: " (1,16)" }),
    quick: toggle({ help: "6 batches of each, bytes only, every second size up to 1 MiB, 30s" }),
    rigorous: toggle({ help: "21 batches of each, 5min" }),
    rounds: count("N", undefined, 1, { help: "batches of each transport, shape and size", initially: " (7)" }),
    "max-time": duration(undefined, { help: "longest time for all", initially: " (90s)" }),
    ...measuringFlags,
  },
  async run(context) {
    const { values, given, stderr, signal } = context;
    checkFlags("message", context);
    const ids = (values.transports?.split(",") ?? transports.map(({ id }) => id)).map((id) => id.trim());
    const left = ids.filter((id) => values.filter.test(id));
    if (left.length === 0) throw new BenchError("Cannot measure: no transport is left; see list", exitCodes.usage);
    requireCores(context);
    const effort = effortOf(values, {
      quick: {
        rounds: 6,
        ms: 30e3,
        shapes: ["bytes"],
        sizes: messageSizes.filter((bytes, at) => at % 2 === 0 && bytes <= 2 ** 20),
      },
      usual: { rounds: 7, ms: 90e3, shapes: ["bytes", "string"], sizes: messageSizes },
      rigorous: { rounds: 21, ms: 300e3, shapes: ["bytes", "string"], sizes: messageSizes },
    } as const);
    const progress = showProgress(stderr, { quiet: values.format === "quiet" });
    const result = await usageErrors(() =>
      measureMessages({
        transports: left,
        sizes: given.has("sizes") ? values.sizes : effort.sizes,
        rounds: values.rounds ?? effort.rounds,
        maxTimeMs: values["max-time"] ?? effort.ms,
        context: addedContext(context),
        signal,
        onProgress: progress.update,
        ...(values.window === undefined ? {} : { windows: values.window }),
        shapes: given.has("shapes") ? values.shapes : effort.shapes,
        ...(values.seed === undefined ? {} : { seed: values.seed }),
        ...(values["dry-run"] ? { sizes: [0, 4096], rounds: 1 } : {}),
      }),
    );
    progress.clear();
    return finishRun(result, context);
  },
});
