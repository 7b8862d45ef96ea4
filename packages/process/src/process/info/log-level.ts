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

/** A level by its name, or by the number that Python's `logging` has for it. */
export type LogLevelOrNumber = LogLevel | (typeof logLevels)[LogLevel];

/**
 * The name of a level.
 *
 * @throws {RangeError} when there is no such level.
 */
export function logLevelNamed(level: unknown): LogLevel {
  for (const [name, number] of Object.entries(logLevels))
    if (level === name || level === number) return name as LogLevel;
  const all = Object.entries(logLevels).map(([name, number]) => `${name} (${number})`);
  throw new RangeError(`Cannot find log level ${JSON.stringify(level)}: there are ${all.join(", ")}`);
}
