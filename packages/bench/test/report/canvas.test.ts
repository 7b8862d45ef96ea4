import { expect, it } from "vitest";
import { bar } from "../../src/report/bar.ts";
import { Canvas } from "../../src/report/canvas.ts";
import { styleOf } from "../../src/report/style.ts";
import { textTable } from "../../src/report/text-table.ts";

const ascii = { columns: 80, colour: false, unicode: false };
const unicode = { ...ascii, unicode: true };

it("a canvas draws from the lower left corner, in ASCII or braille", () => {
  const draw = (style: typeof ascii) => {
    const canvas = new Canvas(4, 2, style);
    canvas.line(0, 0, 1, 1);
    canvas.mark(0, 1, "x");
    return canvas.lines();
  };
  expect(draw(ascii)).toEqual(["x ..", "..."]);
  expect(draw(unicode)[0]).toMatch(/^x[ \u2800-\u28ff]+$/);
});

it("a bar is as long as its value, with a mark at the ideal", () => {
  expect(bar(1, 2, 2, 10, ascii)).toBe("#####     |");
  expect(bar(2, 2, 2, 10, ascii)).toBe("##########");
  expect(bar(1.5, 0, 2, 4, unicode)).toBe("███");
  expect(bar(1.25, 0, 2, 4, unicode)).toBe("██▌");
});

it("a table sets words left and numbers right", () => {
  expect(
    textTable(
      [
        ["name", "n", ""],
        ["ep", "1", "#"],
        ["primes", "10", "##"],
      ],
      "",
    ),
  ).toEqual(["name     n", "ep       1  #", "primes  10  ##"]);
});

it("colours and blocks are for terminals, and NO_COLOR, FORCE_COLOR and TERM=dumb are obeyed", () => {
  const terminal = { write: () => {}, isTTY: true, columns: 120 };
  const pipe = { write: () => {} };
  expect(styleOf(terminal, "auto", {})).toEqual({ columns: 120, colour: true, unicode: true });
  expect(styleOf(terminal, "auto", { NO_COLOR: "1" })).toMatchObject({ colour: false, unicode: true });
  expect(styleOf(terminal, "auto", { TERM: "dumb" })).toMatchObject({ colour: false, unicode: false });
  expect(styleOf(terminal, "plain", {})).toMatchObject({ colour: false, unicode: false });
  expect(styleOf(pipe, "auto", {})).toEqual({ columns: 80, colour: false, unicode: false });
  expect(styleOf(pipe, "auto", { FORCE_COLOR: "1" })).toMatchObject({ colour: true, unicode: false });
});
