import type { Shape } from "../../base/message-result.ts";

/** Every shape, in the order in which they are shown. */
export const shapes: readonly Shape[] = ["string", "bytes", "array", "object", "float64"];

/** A value of a shape that takes about so many bytes of text or memory. The same arguments give the same value. */
export function makePayload(shape: Shape, bytes: number): unknown {
  switch (shape) {
    case "string":
      return "manyhands ".repeat(Math.ceil(bytes / 10)).slice(0, bytes);
    case "bytes":
      return fill(new Uint8Array(bytes), (at) => at & 255);
    case "array":
      return Array.from({ length: Math.ceil(bytes / 8) }, (_, at) => at % 1000);
    case "object":
      return Array.from({ length: Math.ceil(bytes / 64) }, (_, at) => ({
        id: at,
        name: `item ${at}`,
        tags: ["a", "b"],
        at: { x: at },
      }));
    case "float64":
      return fill(new Float64Array(Math.ceil(bytes / 8)), (at) => at / 3);
  }
}

function fill<T extends Uint8Array | Float64Array>(array: T, value: (at: number) => number): T {
  for (let at = 0; at < array.length; at++) array[at] = value(at);
  return array;
}
