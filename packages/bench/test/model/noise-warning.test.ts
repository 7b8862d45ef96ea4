import { expect, it } from "vitest";
import type { MessageCell } from "../../src/base/message-result.ts";
import { messageWarnings } from "../../src/model/noise-warning.ts";

const cell = (times: readonly number[], bytes = 0): MessageCell => ({
  ...{ transport: "pipe", shape: "bytes", bytes },
  samples: times.map((wayNs, round) => ({ round, seq: round, wayNs })),
});
const codes = (...cells: MessageCell[]) => messageWarnings(cells).map(({ code, severity }) => [code, severity]);

it("messageWarnings are empty for steady times", () => {
  expect(codes(cell([100, 101, 99, 100, 102, 98, 100]))).toEqual([]);
});

it("messageWarnings call a transport with fewer than six rounds everywhere invalid, otherwise doubtful", () => {
  expect(codes(cell([100, 101, 99]))).toEqual([["few-rounds", "invalid"]]);
  expect(codes(cell([100, 101, 99]), cell([100, 101, 99, 100, 100, 100], 32))).toEqual([["few-rounds", "caution"]]);
});

it("messageWarnings name the widest interval of a noisy transport", () => {
  const [warning] = messageWarnings([cell([100, 300, 90, 200, 110, 400, 95])]);
  expect(warning).toMatchObject({ code: "noisy", subject: "pipe", severity: "caution" });
  expect(warning?.text).toContain("the widest ±75 % (bytes of 0 B)");
});

it("messageWarnings report a drift of several series", () => {
  const rising = Array.from({ length: 12 }, (_, round) => 100 + round);
  expect(codes(cell(rising), cell(rising, 32), cell(rising, 64))).toEqual([["correlated", "caution"]]);
});
