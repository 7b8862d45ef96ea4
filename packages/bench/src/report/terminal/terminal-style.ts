import type { Writable } from "./writable.ts";

/** The abilities of an output stream. */
export interface Style {
  /** Infinite when lines are not folded, because a program reads them. */
  readonly columns: number;
  readonly colour: boolean;
  /** Block and braille characters; otherwise plain ASCII. */
  readonly unicode: boolean;
}

/** ASCII in 80 columns, for text inside another document. */
export const plainStyle: Style = { columns: 80, colour: false, unicode: false };

/**
 * Chooses the style for a stream: plain ASCII without colour unless it is a terminal, and ASCII on a terminal whose
 * locale is not UTF-8. Obeys `NO_COLOR` and `FORCE_COLOR`.
 *
 * @param wanted `plain` gives ASCII everywhere.
 */
export function styleOf(stream: Writable, wanted: "auto" | "plain" = "auto", env = process.env): Style {
  const terminal = stream.isTTY === true && env.TERM !== "dumb";
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0";
  return {
    columns: stream.columns ?? (terminal ? 80 : Number.POSITIVE_INFINITY),
    colour: wanted === "auto" && !env.NO_COLOR && (terminal || forced),
    unicode: wanted === "auto" && terminal && showsUnicode(env),
  };
}

/** Reads the locale from the variables in POSIX's order. Windows and macOS show Unicode without one. */
function showsUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined ? process.platform !== "linux" : /utf-?8/i.test(locale);
}

const codes = { bold: 1, dim: 2, red: 31, yellow: 33, green: 32 } as const;

/** Colours the text when the stream shows colours. */
export function paint(style: Style, colour: keyof typeof codes, text: string): string {
  return style.colour ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}
