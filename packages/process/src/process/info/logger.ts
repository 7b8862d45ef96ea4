import { type LogLevel, type LogLevelOrNumber, logLevelNamed, logLevels } from "./log-level.ts";
import { identity, setLogging } from "./process-identity.ts";

/** A logged message, with its place in the code. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly processName: string;
  readonly pid: number;
  /** The name of the machine. */
  readonly host: string;
  readonly at: Date;
  /** The file that logged, as a path or URL; empty when the stack does not show it. */
  readonly file: string;
  readonly line: number;
}

/** Receives each record when it is made. */
export type LogHandler = (record: LogRecord) => void;

/**
 * Makes log records and passes them to handlers. Each process has one; see {@link getLogger}.
 *
 * Messages are formatted as `console.log` does.
 */
export class Logger {
  readonly #handlers = new Set<LogHandler>();

  /** The least level of records; `"notset"` means `"warning"`. Children that are started later inherit it. */
  get level(): LogLevel {
    return identity().logging.level;
  }

  set level(level: LogLevelOrNumber) {
    setLogging({ level: logLevelNamed(level) });
  }

  isEnabledFor(level: LogLevelOrNumber): boolean {
    const number = logLevels[logLevelNamed(level)];
    const least = this.level === "notset" ? "warning" : this.level;
    return number >= logLevels[least] && number > 0;
  }

  /** Adds a handler. Adding it twice has no further effect. Children do not inherit it. */
  addHandler(handler: LogHandler): void {
    this.#handlers.add(handler);
  }

  removeHandler(handler: LogHandler): void {
    this.#handlers.delete(handler);
  }

  /** Makes a record of any level. */
  log(level: LogLevelOrNumber, message: unknown, ...values: unknown[]): void {
    this.#make(logLevelNamed(level), [message, ...values], this.log);
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
      host: process.getBuiltinModule("node:os").hostname(),
      at: new Date(),
      ...callSite(logged),
    };
    if (logging.toStderr) toStderr(record);
    for (const handler of this.#handlers) handler(record);
  }
}

let logger: Logger | undefined;

/**
 * The logger of this process. It starts without handlers, and with the level that the parent's logger had; in the main
 * process that is `"notset"`.
 *
 * This package logs its own life: at `"info"` the begin and the end of children and the addresses of managers, at
 * `"debug"` also what the parent and pools do with their children.
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
 * Writes log records to stderr, here and in children that are started later. A record is one line,
 * `[INFO/Process-1 4711] message`, and one write. Line ends in a message are written as `\n`.
 *
 * @param level the least level. Default: unchanged.
 * @returns the logger.
 * @throws {RangeError} when there is no such level.
 */
export function logToStderr(level?: LogLevelOrNumber): Logger {
  if (level !== undefined) getLogger().level = level;
  setLogging({ toStderr: true });
  return getLogger();
}

function toStderr({ level, processName, pid, message }: LogRecord): void {
  const line = `[${level.toUpperCase()}/${processName} ${pid}] ${message}`;
  process.stderr.write(`${line.replaceAll("\r", "\\r").replaceAll("\n", "\\n")}\n`);
}

// The frame of the logger's caller: the logger's own frames are left out.
function callSite(logged: (...args: never[]) => void): Pick<LogRecord, "file" | "line"> {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, logged);
  const [, file = "", line = "0"] = /\n\s+at (?:.*\()?(.+?):(\d+):\d+\)?/.exec(holder.stack ?? "") ?? [];
  return { file, line: Number(line) };
}
