import { BenchError, exitCodes } from "../base/bench-error.ts";
import { measureMessages, messageSizes } from "../measure/measure-messages.ts";
import { shapes } from "../measure/payload.ts";
import { transports } from "../measure/transports.ts";
import { defineCommand, usageErrors } from "./command.ts";
import { byteList, choices, count, countList, duration, text } from "./flag.ts";
import { addedContext, checkGates, conclude, measuringFlags } from "./judging.ts";
import { showProgress } from "./progress.ts";

/** `manyhands-bench message`: what a message costs. */
export const message = defineCommand({
  name: "message",
  summary: "what a message costs by each transport: latency, bandwidth, CPU on both sides",
  flags: {
    transports: text("LIST", undefined, { help: "ids of transports, with commas between", initially: " (all)" }),
    sizes: byteList(messageSizes, { help: "sizes of the payload: 0,4K,1M", initially: " (0, 32 B… 64 MiB)" }),
    shapes: choices(shapes, { help: `kinds of payload: ${shapes.join(", ")}`, initially: " (bytes,string)" }),
    window: countList({ help: "messages under way at once; more than 1 is a stream", initially: " (1,16)" }),
    rounds: count("N", 7, 1, { help: "batches of each transport, shape and size" }),
    "max-time": duration(90_000, { help: "longest time for all", initially: " (90s)" }),
    ...measuringFlags,
  },
  async run(context) {
    const { values, given, stderr, signal } = context;
    checkGates("message", context);
    const ids = (values.transports?.split(",") ?? transports.map(({ id }) => id)).map((id) => id.trim());
    const left = ids.filter((id) => values.filter.test(id));
    if (left.length === 0) throw new BenchError("Cannot measure: no transport is left; see list", exitCodes.usage);
    const progress = showProgress(stderr);
    const result = await usageErrors(() =>
      measureMessages({
        transports: left,
        sizes: values.sizes,
        rounds: values.rounds,
        maxTimeMs: values["max-time"],
        context: addedContext(context),
        signal,
        onProgress: progress.update,
        ...(values.window === undefined ? {} : { windows: values.window }),
        ...(given.has("shapes") ? { shapes: values.shapes } : {}),
        ...(values.seed === undefined ? {} : { seed: values.seed }),
        ...(values["dry-run"] ? { sizes: [0, 4096], rounds: 1 } : {}),
      }),
    );
    progress.clear();
    return conclude(result, context);
  },
});
