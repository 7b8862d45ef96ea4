import { describe, expect, it } from "vitest";
import { readProcStat } from "../../src/posix/calls/proc-stat.ts";

const largestPid = 2 ** 22;

describe.runIf(process.platform === "linux")("readProcStat()", () => {
  it("returns the state, processor time and start of this process", () => {
    expect(readProcStat(process.pid)).toEqual({
      state: expect.stringMatching(/^[RS]$/),
      userTicks: expect.any(Number),
      systemTicks: expect.any(Number),
      startTicks: expect.any(Number),
    });
  });

  it("returns the same start for the main thread", () => {
    const [whole, main] = [readProcStat(process.pid), readProcStat(process.pid, process.pid)];
    expect(main).toMatchObject({ startTicks: (whole as { startTicks: number }).startTicks });
  });

  it('returns "gone" for a process that does not exist', () => {
    expect(readProcStat(largestPid + 1)).toBe("gone");
  });
});
