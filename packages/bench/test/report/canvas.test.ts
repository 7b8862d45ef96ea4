import { expect, it } from "vitest";
import { styleOf } from "../../src/report/terminal/terminal-style.ts";
import { bar } from "../../src/report/terminal/text-bar.ts";
import { Canvas } from "../../src/report/terminal/text-canvas.ts";
import { textTable } from "../../src/report/terminal/text-table.ts";

const ascii = { columns: 80, colour: false, unicode: false };
const unicode = { ...ascii, unicode: true };

it("Canvas draws from the lower left corner, in ASCII or braille", () => {
  const draw = (style: typeof ascii) => {
    const canvas = new Canvas(4, 2, style);
    canvas.line(0, 0, 1, 1);
    canvas.mark(0, 1, "x");
    return canvas.lines();
  };
  expect(draw(ascii)).toEqual(["x ..", "..."]);
  expect(draw(unicode)[0]).toMatch(/^x[ \u2800-\u28ff]+$/);
});

it("bar() is as long as its value, with a mark at the ideal", () => {
  expect(bar(1, 2, 2, 10, ascii)).toBe("#####     |");
  expect(bar(2, 2, 2, 10, ascii)).toBe("##########");
  expect(bar(1.5, 0, 2, 4, unicode)).toBe("███");
  expect(bar(1.25, 0, 2, 4, unicode)).toBe("██▌");
});

const rows = [
  ["name", "n", ""],
  ["ep", "1", "#"],
  ["primes", "10", "##"],
];

it("textTable() aligns words left and numbers right", () => {
  expect(textTable(rows)).toEqual(["  name     n", "  ep       1  #", "  primes  10  ##"]);
});

it("textTable() folds a table that is too wide, repeats its first column and omits its bars", () => {
  expect(textTable(rows, 14)).toEqual(["  name     n", "  ep       1", "  primes  10"]);
  const wide = [
    ["name", "n", "where", ""],
    ["ep", "1", "here", "#"],
  ];
  expect(textTable(wide, 12)).toEqual(["  name  n", "  ep    1", "", "  name  where", "  ep    here"]);
});

it("styleOf() uses colours and Unicode on terminals only, and obeys NO_COLOR, FORCE_COLOR and TERM=dumb", () => {
  const terminal = { write: () => {}, isTTY: true, columns: 120 };
  const pipe = { write: () => {} };
  const LANG = "en_GB.UTF-8";
  expect(styleOf(terminal, "auto", { LANG })).toEqual({ columns: 120, colour: true, unicode: true });
  expect(styleOf(terminal, "auto", { LANG, NO_COLOR: "1" })).toMatchObject({ colour: false, unicode: true });
  expect(styleOf(terminal, "auto", { LANG, TERM: "dumb" })).toMatchObject({ colour: false, unicode: false });
  expect(styleOf(terminal, "plain", { LANG })).toMatchObject({ colour: false, unicode: false });
  const unfolded = Number.POSITIVE_INFINITY;
  expect(styleOf(pipe, "auto", {})).toEqual({ columns: unfolded, colour: false, unicode: false });
  expect(styleOf(pipe, "auto", { FORCE_COLOR: "1" })).toMatchObject({ colour: true, unicode: false });
});

it("styleOf() uses Unicode for UTF-8 locales, by the variable with the highest priority", () => {
  const terminal = { write: () => {}, isTTY: true };
  const unicodeIn = (env: NodeJS.ProcessEnv) => styleOf(terminal, "auto", env).unicode;
  expect(unicodeIn({ LANG: "C" })).toBe(false);
  expect(unicodeIn({ LANG: "de_DE.utf8" })).toBe(true);
  expect(unicodeIn({ LANG: "en_GB.UTF-8", LC_ALL: "POSIX" })).toBe(false);
  expect(unicodeIn({ LANG: "C", LC_ALL: "", LC_CTYPE: "C.UTF-8" })).toBe(true);
  expect(unicodeIn({})).toBe(process.platform !== "linux");
});
