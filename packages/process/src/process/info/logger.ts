import { checkLogLevel, type LogLevel, logLevels } from "./log-level.ts";
import { identity, setLogging } from "./process-identity.ts";

/** What was logged, and where. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly processName: string;
  readonly pid: number;
  readonly at: Date;
  /** The file of the code that logged, a path or URL; empty when the stack does not tell. */
  readonly file: string;
  readonly line: number;
}

/** Gets each record as it is made. */
export type LogHandler = (record: LogRecord) => void;

/**
 * Makes log records and gives them to handlers. There is one a process; see {@link getLogger}.
 *
 * Messages are formatted as `console.log` does.
 */
export class Logger {
  readonly #handlers = new Set<LogHandler>();

  /** From which level on there are records; `"notset"` reads as `"warning"`. Children that are started later begin with it. */
  get level(): LogLevel {
    return identity().logging.level;
  }

  set level(level: LogLevel) {
    checkLogLevel(level);
    setLogging({ level });
  }

  isEnabledFor(level: LogLevel): boolean {
    checkLogLevel(level);
    const least = this.level === "notset" ? "warning" : this.level;
    return logLevels[level] >= logLevels[least] && logLevels[level] > 0;
  }

  /** A handler that was added already is called once all the same. Children do not inherit it. */
  addHandler(handler: LogHandler): void {
    this.#handlers.add(handler);
  }

  removeHandler(handler: LogHandler): void {
    this.#handlers.delete(handler);
  }

  /** Makes a record of any level. */
  log(level: LogLevel, message: unknown, ...values: unknown[]): void {
    this.#make(level, [message, ...values], this.log);
  }

  debug(message: unknown, ...values: unknown[]): void {
    this.#make("debug", [message, ...values], this.debug);
  }

  info(message: unknown, ...values: unknown[]): void {
    this.#make("info", [message, ...values], this.info);
  }

  warning(message: unknown, ...values: unknown[]): void {
    this.#make("warning", [message, ...values], this.warning);
  }

  error(message: unknown, ...values: unknown[]): void {
    this.#make("error", [message, ...values], this.error);
  }

  critical(message: unknown, ...values: unknown[]): void {
    this.#make("critical", [message, ...values], this.critical);
  }

  #make(level: LogLevel, values: readonly unknown[], logged: (...args: never[]) => void): void {
    const { logging, name } = identity();
    if (!this.isEnabledFor(level) || (this.#handlers.size === 0 && !logging.toStderr)) return;
    const record: LogRecord = {
      level,
      message: process.getBuiltinModule("node:util").format(...values),
      processName: name,
      pid: process.pid,
      at: new Date(),
      ...callSite(logged),
    };
    if (logging.toStderr) toStderr(record);
    for (const handler of this.#handlers) handler(record);
  }
}

let logger: Logger | undefined;

/**
 * The logger of this process. It has no handlers, and its level is `"notset"`, unless its parent's was told otherwise.
 *
 * @example
 * logToStderr("info");
 * getLogger().info("%d primes", count);
 */
export function getLogger(): Logger {
  logger ??= new Logger();
  return logger;
}

/**
 * Writes log records to stderr, here and in children that are started later: `[INFO/Process-1 4711] message`, each on a line of its
 * own, written at once; line ends in a message are written as `\n`.
 *
 * @param level from which level on. Default: as it is.
 * @returns the logger.
 * @throws {RangeError} when there is no such level.
 */
export function logToStderr(level?: LogLevel): Logger {
  if (level !== undefined) getLogger().level = level;
  setLogging({ toStderr: true });
  return getLogger();
}

function toStderr({ level, processName, pid, message }: LogRecord): void {
  const line = `[${level.toUpperCase()}/${processName} ${pid}] ${message}`;
  process.stderr.write(`${line.replaceAll("\r", "\\r").replaceAll("\n", "\\n")}\n`);
}

// The frame that called the logger, not one of the logger's own.
function callSite(logged: (...args: never[]) => void): Pick<LogRecord, "file" | "line"> {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, logged);
  const [, file = "", line = "0"] = /\n\s+at (?:.*\()?(.+?):(\d+):\d+\)?/.exec(holder.stack ?? "") ?? [];
  return { file, line: Number(line) };
}
