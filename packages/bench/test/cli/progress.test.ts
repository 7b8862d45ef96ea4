import { expect, it } from "vitest";
import { showProgress } from "../../src/cli/run/progress.ts";

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
  expect(written({ isTTY: true, columns: 80 })).toBe("\r\u001b[K67% ep: round 4, about 5.00 s left\r\u001b[K");
  expect(written({ isTTY: true, columns: 0 })).toContain("left");
  expect(written({ isTTY: true, columns: 12 })).toBe("\r\u001b[K67% ep: rou\r\u001b[K");
});

it("progress omits an unknown time", () => {
  for (const isTTY of [true, false])
    expect(written({ isTTY }, Number.POSITIVE_INFINITY)).toMatch(/^(?!.*left).*67% ep: round 4/s);
});

it("progress writes a line at the start and every ten seconds when the stream is no terminal", () => {
  const lines: string[] = [];
  let nowMs = 1e6;
  const progress = showProgress({ write: (line) => lines.push(line) }, { now: () => nowMs });
  for (let second = 0; second < 25; second++, nowMs += 1000)
    progress.update({ subject: "ep", doing: `round ${second}`, share: second / 100, leftNs: 1e9 * (100 - second) });
  progress.clear();
  expect(lines).toEqual([
    ...["0% ep: round 0, about 100 s left\n", "10% ep: round 10, about 90.0 s left\n"],
    "20% ep: round 20, about 80.0 s left\n",
  ]);
});

it("progress writes nothing when it is quiet", () => {
  const write = () => expect.unreachable();
  showProgress({ write, isTTY: true }, { quiet: true }).update({ subject: "ep", doing: "", share: 0, leftNs: 0 });
});
