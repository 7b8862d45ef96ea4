import { expect, it } from "vitest";
import { showProgress } from "../../src/cli/progress.ts";

/** The text written to a stream when two thirds of a run are done. */
function written(stream: { isTTY?: boolean; columns?: number }, leftNs = 5e9): string {
  let text = "";
  const write = (piece: string) => {
    text += piece;
  };
  const progress = showProgress({ ...stream, write });
  progress.update({ subject: "ep", doing: "round 4", share: 2 / 3, leftNs });
  progress.clear();
  return text;
}

it("progress shows the remaining time on a terminal, and is erased", () => {
  expect(written({ isTTY: true, columns: 80 })).toBe("\r\u001b[K67% ep: round 4, at most 5.00 s left\r\u001b[K");
  expect(written({ isTTY: true, columns: 0 })).toContain("left");
  expect(written({ isTTY: true, columns: 12 })).toBe("\r\u001b[K67% ep: rou\r\u001b[K");
});

it("progress omits an unknown time, and writes nothing when the stream is no terminal", () => {
  expect(written({ isTTY: true }, Number.POSITIVE_INFINITY)).not.toContain("left");
  expect(written({})).toBe("");
});
