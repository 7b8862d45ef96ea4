import { describe, expect, it } from "vitest";
import { formatBytes, parseBytes } from "../../src/base/byte-size.ts";
import { formatCpuList, parseCpuList } from "../../src/base/cpu-list.ts";
import { formatDuration, parseDuration } from "../../src/base/duration.ts";

describe("formatDuration", () => {
  it.each([
    [0, "0 ns"],
    [999.6, "1.00 µs"],
    [1234, "1.23 µs"],
    [45_600_000, "45.6 ms"],
    [999_960_000, "1.00 s"],
    [123e9, "123 s"],
    [Number.POSITIVE_INFINITY, "n/a"],
  ])("formats %d ns as %s", (ns, text) => expect(formatDuration(ns)).toBe(text));
});

describe("parseDuration", () => {
  it.each([
    ["500ms", 5e8],
    ["2s", 2e9],
    ["1.5min", 9e10],
    ["3", 3e9],
  ])("parses %s", (text, ns) => expect(parseDuration(text)).toBe(ns));
  it.each(["", "fast", "-1s", "1h"])('refuses "%s"', (text) => expect(() => parseDuration(text)).toThrow(RangeError));
});

describe("parseBytes", () => {
  it.each([
    ["0", 0],
    ["64M", 64 * 2 ** 20],
    ["1.5KiB", 1536],
    ["1g", 2 ** 30],
  ])("parses %s", (text, bytes) => expect(parseBytes(text)).toBe(bytes));
  it("refuses a text that is no size", () => expect(() => parseBytes("lots")).toThrow(/write bytes/));
  it("inverts formatBytes", () => expect(formatBytes(parseBytes("64M"))).toBe("64 MiB"));
});

describe("CPU lists", () => {
  it("parse from the format of Linux", () => expect(parseCpuList("0-3,8\n")).toEqual([0, 1, 2, 3, 8]));
  it("format as Linux does", () => expect(formatCpuList([0, 1, 2, 3, 8])).toBe("0-3,8"));
  it("may be empty", () => expect(parseCpuList("")).toEqual([]));
});
