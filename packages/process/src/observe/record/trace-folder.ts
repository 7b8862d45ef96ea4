import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ManyhandsError } from "../../base/errors.ts";
import { isRunning, type SystemThread, thisProcess } from "../../memory/system-thread.ts";
import { isOwn } from "../../posix/calls/own-file.ts";

/** Where the processes of a program record their events. */
export interface TraceFolder {
  readonly folder: string;
  /** The program's part of the names of files. */
  readonly program: string;
  /** Whether this process made the folder, and so draws the trace at its end. */
  readonly isOwner: boolean;
}

/** The file in the folder that has the begin of the trace and the process that made the folder. */
interface Owner {
  readonly process: SystemThread;
  /** The begin, by `process.hrtime.bigint()`. */
  readonly began: string;
}

const ownerFile = "owner.json";
const extension = ".events";

/** The folder of the events from which a file is drawn. */
export function folderFor(file: string): string {
  return `${resolve(file)}.events`;
}

/**
 * Makes the folder, or joins the trace of another program, such as one that started this one. A folder that a killed
 * program left is replaced, as the file would be.
 *
 * @throws {ManyhandsError} when it cannot be made, or is not this user's.
 */
export function openTraceFolder(file: string): TraceFolder {
  const folder = folderFor(file);
  const isOwner = makeFolder(folder);
  return { folder, program: claimProgram(folder), isOwner };
}

/** Makes the folder. Returns false when a running program has made it. */
export function makeFolder(folder: string): boolean {
  for (;;) {
    try {
      mkdirSync(folder, { mode: 0o700 });
      const owner: Owner = { process: thisProcess(), began: String(process.hrtime.bigint()) };
      writeFileSync(join(folder, ownerFile), JSON.stringify(owner));
      return true;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST")
        throw cannotRecord(folder, (cause as Error).message, cause);
    }
    if (!isOwn(folder, "folder"))
      throw cannotRecord(folder, "it is there, and is no folder that only this user can enter");
    if (isRunning(readOwner(folder).process)) return false;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When the trace began, by `process.hrtime.bigint()`. */
export function traceBegin(folder: string): bigint {
  return BigInt(readOwner(folder).began);
}

/** The path of the file of a process. */
export function eventFile(folder: string, id: string): string {
  return join(folder, `${id}${extension}`);
}

/** The files of all processes. */
export function eventFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name));
}

/** Whether a process has recorded an event. */
export function hasEvents(folder: string): boolean {
  return eventFiles(folder).some((file) => statSync(file).size > 0);
}

// A program that joins finds another one's main process at the name "0".
function claimProgram(folder: string): string {
  for (const program of ["0", `p${process.pid}`]) {
    try {
      closeSync(openSync(eventFile(folder, program), "wx", 0o600));
      return program;
    } catch {
      // Another program has this name.
    }
  }
  return `p${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
}

// Between mkdir and the file, the folder has no owner: its maker runs.
function readOwner(folder: string): Owner {
  try {
    return JSON.parse(readFileSync(join(folder, ownerFile), "utf8")) as Owner;
  } catch {
    return { process: thisProcess(), began: String(process.hrtime.bigint()) };
  }
}

function cannotRecord(folder: string, reason: string, cause?: unknown): ManyhandsError {
  return new ManyhandsError(
    "TRACE",
    `Cannot record a trace in ${folder}: ${reason}; set MANYHANDS_TRACE to a file in a folder that this user can write to`,
    { cause },
  );
}
