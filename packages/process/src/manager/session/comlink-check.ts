import { lazyRequire } from "../../base/lazy-require.ts";
import { examinePart, expectPart, type InternalCheck } from "../../posix/node-internals/internal-check.ts";

/** Whether comlink's messages are those that a manager's connection translates. */
export function check(): InternalCheck {
  return examinePart("comlink", () => {
    const sent: unknown[] = [];
    const { wrap } = lazyRequire<typeof import("comlink")>("comlink");
    const remote = wrap<{ call(value: number): number }>({
      postMessage: (message: unknown) => sent.push(message),
      addEventListener() {},
      removeEventListener() {},
    });
    void remote.call(7);
    const { id, ...message } = (sent[0] ?? {}) as { id?: unknown };
    expectPart(typeof id === "string", "a call to have an id");
    const expected = { type: "APPLY", path: ["call"], argumentList: [{ type: "RAW", value: 7 }] };
    const { isDeepStrictEqual } = process.getBuiltinModule("node:util");
    expectPart(isDeepStrictEqual(message, expected), `a call to be ${JSON.stringify(expected)}`);
    return "a call is { id, type, path, argumentList }";
  });
}
