import { closeSync, openSync, readSync, realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { StartMethodName } from "../../start/start-method.ts";
import type { LogLevel } from "./log-level.ts";

/** Who a process is: what it was given at birth, or for the program's first process, what it begins with. */
export interface Identity {
  readonly name: string;
  /** The place in the tree: `[1, 2]` is the second child of the program's first child. Empty for the main process. */
  readonly lineage: readonly number[];
  readonly daemon: boolean;
  /** How it was born; `null` for the main process. */
  readonly startMethod: StartMethodName | null;
  readonly authKey: Uint8Array;
  /** Who created it; `null` for the main process. */
  readonly parent: { readonly pid: number; readonly threadId: number; readonly name: string } | null;
  /** The URL of the program's main module; `null` when it has none, as in a REPL. */
  readonly mainModule: string | null;
  /** From which level on there are log records, and whether they go to stderr. */
  readonly logging: { readonly level: LogLevel; readonly toStderr: boolean };
}

let own: Identity | undefined;
/** When the identity was given. The main process began with Node, whose clock is loaded when somebody asks. */
let began: number | undefined;

/** The identity of this process (or of this thread, when it is a child). */
export function identity(): Identity {
  own ??= {
    name: "MainProcess",
    lineage: [],
    daemon: false,
    startMethod: null,
    authKey: randomKey(),
    parent: null,
    mainModule: mainModule(),
    logging: { level: "notset", toStderr: false },
  };
  return own;
}

/** Takes on the identity that the parent gave, first thing in a child. */
export function adoptIdentity(given: Identity): void {
  own = given;
  began = Date.now();
  children = 0;
}

/** When this process, or this thread when it is a child, began to be who it is. */
export function startedAt(): Date {
  return new Date(began ?? performance.timeOrigin);
}

/** Changes what children that are started from now on inherit. */
export function setAuthKey(authKey: Uint8Array): void {
  own = { ...identity(), authKey };
}

/** Changes what is logged here, and what children that are started from now on inherit of it. */
export function setLogging(logging: Partial<Identity["logging"]>): void {
  own = { ...identity(), logging: { ...identity().logging, ...logging } };
}

let children = 0;

/** The place in the tree of the next child that this process creates. */
export function nextLineage(): number[] {
  children += 1;
  return [...identity().lineage, children];
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

// The system's own source of random bytes, since loading node:crypto for these 32 costs more than all else at a start.
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
