import { describe, expect, it } from "vitest";
import {
  exitCodeOfStatus,
  WCOREDUMP,
  WEXITSTATUS,
  WIFCONTINUED,
  WIFEXITED,
  WIFSIGNALED,
  WIFSTOPPED,
  WSTOPSIG,
  WTERMSIG,
} from "../../src/posix/calls/wait-status.ts";

describe("a wait status", () => {
  it("is exactly one of exited, signaled, stopped and continued", () => {
    const wrong: number[] = [];
    for (let status = 0; status <= 0xffff; status++) {
      // No kernel sets bit 7 beside 0x7f in the low byte, except in 0xffff.
      if ((status & 0xff) === 0xff && status !== 0xffff) continue;
      const kinds = [WIFEXITED(status), WIFSIGNALED(status), WIFSTOPPED(status), WIFCONTINUED(status)];
      if (kinds.filter(Boolean).length !== 1) wrong.push(status);
    }
    expect(wrong).toEqual([]);
  });

  it("holds the exit code", () => {
    for (let code = 0; code < 256; code++) {
      expect(WIFEXITED(code << 8)).toBe(true);
      expect(WEXITSTATUS(code << 8)).toBe(code);
      expect(exitCodeOfStatus(code << 8)).toBe(code);
    }
  });

  it("holds the signal, and whether a core was dumped", () => {
    for (let signal = 1; signal <= 64; signal++) {
      expect(WTERMSIG(signal)).toBe(signal);
      expect(WCOREDUMP(signal)).toBe(false);
      expect(WCOREDUMP(signal | 0x80)).toBe(true);
      expect(exitCodeOfStatus(signal | 0x80)).toBe(-signal);
    }
  });

  it("holds the signal that stopped a child", () => {
    expect(WSTOPSIG((19 << 8) | 0x7f)).toBe(19);
  });
});
