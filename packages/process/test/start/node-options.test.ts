import { describe, expect, it } from "vitest";
import { formatNodeOptions, parseNodeOptions, splitLoaderOptions } from "../../src/start/child/node-options.ts";

describe("parseNodeOptions()", () => {
  it.each([
    ["", []],
    ["  --a   --b ", ["--a", "--b"]],
    ['--require "./a b.js" --c', ["--require", "./a b.js", "--c"]],
    ['--require "a \\"b\\" \\\\c"', ["--require", 'a "b" \\c']],
    ['--x="y z"w', ["--x=y zw"]],
    ["--x=a\\b", ["--x=a\\b"]],
  ])("splits %j", (text, options) => {
    expect(parseNodeOptions(text)).toEqual(options);
    expect(parseNodeOptions(formatNodeOptions(options))).toEqual(options);
  });
});

describe("splitLoaderOptions()", () => {
  it("returns the loaders in Node's order, and keeps the other options", () => {
    expect(
      splitLoaderOptions([
        "--import",
        "i",
        "--a",
        "--loader=l",
        "-r",
        "r",
        "--experimental-loader",
        "m",
        "--b=--import",
      ]),
    ).toEqual({
      own: ["--a", "--b=--import"],
      loaders: [
        { kind: "require", module: "r" },
        { kind: "loader", module: "l" },
        { kind: "loader", module: "m" },
        { kind: "import", module: "i" },
      ],
    });
  });
});
