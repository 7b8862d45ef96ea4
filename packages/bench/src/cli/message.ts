import { exitCodes } from "../base/bench-error.ts";
import { measureMessages } from "../measure/measure-messages.ts";
import { shapes } from "../measure/payload.ts";
import { messageText } from "../report/message-text.ts";
import { cutShort, defineCommand, usageErrors } from "./command.ts";
import { byteList, choices, count, duration, text } from "./flag.ts";
import { outputFlags, present } from "./output.ts";
import { showProgress } from "./progress.ts";

const sizes = [0, ...Array.from({ length: 7 }, (_, power) => 64 * 8 ** power)];

/** `manyhands-bench message`: what a message costs. */
export const message = defineCommand({
  name: "message",
  summary: "what a message costs by each transport: latency, bandwidth, CPU on both sides",
  flags: {
    transports: text("LIST", undefined, { help: "ids of transports, with commas between", initially: " (all)" }),
    sizes: byteList(sizes, { help: "sizes of the payload: 0,4K,1M", initially: " (0, 64 B… 16 MiB)" }),
    shapes: choices(shapes, { help: `kinds of payload: ${shapes.join(", ")}`, initially: " (bytes,string)" }),
    rounds: count("N", 7, 1, { help: "batches of each transport, shape and size" }),
    "max-time": duration(60_000, { help: "longest time for all", initially: " (60s)" }),
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
