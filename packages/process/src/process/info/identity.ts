import { closeSync, openSync, readSync, realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { StartMethodName } from "../../start/start-method.ts";
import type { LogLevel } from "./log-level.ts";

/** What a process knows about itself. A child gets its identity from its parent; the main process makes its own. */
export interface Identity {
  readonly name: string;
  /** The position in the process tree: `[1, 2]` is the second child of the first child. Empty for the main process. */
  readonly lineage: readonly number[];
  readonly daemon: boolean;
  /**
   * Whether it works for its parent only, as a pool's worker and a manager's host do. It then ignores the signals that
   * are sent to the program as a whole: its parent handles them, and ends it.
   */
  readonly servesParent: boolean;
  /** How it was started; `null` for the main process. */
  readonly startMethod: StartMethodName | null;
  readonly authKey: Uint8Array;
  /** The process that created it; `null` for the main process. */
  readonly parent: { readonly pid: number; readonly threadId: number; readonly name: string } | null;
  /** The URL of the program's main module; `null` when it has none, as in a REPL. */
  readonly mainModule: string | null;
  /** The least level of log records, and whether records are written to stderr. */
  readonly logging: { readonly level: LogLevel; readonly toStderr: boolean };
  /** How the program is observed; absent when it is not. */
  readonly observed?: ObservedSettings | undefined;
}

/** How a program and all its processes are observed. */
export interface ObservedSettings {
  /** The folder with the events of each process, and the program's part of the names in it. Default: no trace. */
  readonly trace?: { readonly folder: string; readonly program: string } | undefined;
  /** After how long a wait looks for a deadlock, in milliseconds. Default: never. */
  readonly deadlockMs?: number | undefined;
}

/** Makes the identity of the program's main process. */
export function makeMainIdentity(): Identity {
  return {
    name: "MainProcess",
    lineage: [],
    daemon: false,
    servesParent: false,
    startMethod: null,
    authKey: randomKey(),
    parent: null,
    mainModule: mainModule(),
    logging: { level: "notset", toStderr: false },
  };
}

function mainModule(): string | null {
  const [, path] = process.argv;
  if (path === undefined) return null;
  try {
    return pathToFileURL(realpathSync(path)).href;
  } catch {
    return null;
  }
}

// Read from the system's random source: loading node:crypto for 32 bytes costs more than the rest of a start.
function randomKey(): Uint8Array {
  const key = new Uint8Array(32);
  try {
    const source = openSync("/dev/urandom", "r");
    readSync(source, key);
    closeSync(source);
  } catch {
    process.getBuiltinModule("node:crypto").randomFillSync(key);
  }
  return key;
}
