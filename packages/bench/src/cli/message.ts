import { exitCodes } from "../base/bench-error.ts";
import { measureMessages, messageSizes } from "../measure/measure-messages.ts";
import { shapes } from "../measure/payload.ts";
import { messageText } from "../report/message-text.ts";
import { cutShort, defineCommand, usageErrors } from "./command.ts";
import { byteList, choices, count, countList, duration, text } from "./flag.ts";
import { outputFlags, present } from "./output.ts";
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
    seed: count("N", undefined, 0, { help: "repeats the order of an earlier run" }),
    ...outputFlags,
  },
  async run({ values, given, stdout, stderr, signal }) {
    const progress = showProgress(stderr);
    const result = await usageErrors(() =>
      measureMessages({
        sizes: values.sizes,
        rounds: values.rounds,
        maxTimeMs: values["max-time"],
        signal,
        onProgress: progress.update,
        ...(values.window === undefined ? {} : { windows: values.window }),
        ...(given.has("shapes") ? { shapes: values.shapes } : {}),
        ...(values.transports === undefined ? {} : { transports: values.transports.split(",").map((id) => id.trim()) }),
        ...(values.seed === undefined ? {} : { seed: values.seed }),
      }),
    );
    progress.clear();
    present(result, messageText, values, stdout);
    return cutShort(signal) ?? exitCodes.ok;
  },
});
