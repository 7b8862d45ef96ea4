/** The severity of each level, with Python's numbers. A logger drops records below its level. */
export const logLevels = {
  notset: 0,
  subdebug: 5,
  debug: 10,
  info: 20,
  subwarning: 25,
  warning: 30,
  error: 40,
  critical: 50,
} as const;

/** The name of a level. A logger whose level is `"notset"` keeps records of `"warning"` and above. */
export type LogLevel = keyof typeof logLevels;

/** @throws {RangeError} when there is no such level. */
export function checkLogLevel(level: unknown): asserts level is LogLevel {
  if (typeof level === "string" && Object.hasOwn(logLevels, level)) return;
  throw new RangeError(
    `Cannot find log level ${JSON.stringify(level)}: there are ${Object.keys(logLevels).join(", ")}`,
  );
}
