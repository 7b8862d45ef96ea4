import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WaitEnders, WaitKind } from "../../base/observer.ts";
import { isRunning, type SystemThread, thisProcess } from "../../memory/system-thread.ts";
import { isOwn } from "../../posix/calls/own-file.ts";
import { temporaryFolder } from "../../posix/calls/temporary-folder.ts";
import type { GraphWait } from "./find-deadlock.ts";

/** A wait as its thread publishes it. */
export interface PublishedWait extends GraphWait {
  readonly kind: WaitKind;
  /** What it waits for, and how other threads end that, in messages. */
  readonly object: string;
  readonly act: WaitEnders["act"] | "holds";
  /** When it began, by `process.hrtime`, in milliseconds. */
  readonly since: number;
  /** Whether an error may end it. */
  readonly canFail: boolean;
  /** The process that waits, for messages. */
  readonly who: string;
}

interface Page {
  readonly process: SystemThread;
  readonly waits: readonly PublishedWait[];
}

/**
 * The long waits of all processes of this user, each thread's in a file of its own: a thread that is blocked cannot
 * answer questions. The files of processes that have ended are removed by the next reader.
 */
export class WaitBoard {
  readonly #folder: string;
  readonly #file: string;
  readonly #isMain: boolean;
  #page = "";

  /** @param threadId as `worker_threads` counts. */
  constructor(folder: string, threadId: number) {
    this.#folder = folder;
    this.#isMain = threadId === 0;
    this.#file = join(folder, `${process.pid}-${threadId}.json`);
  }

  /** Replaces the waits of this thread. Does nothing when the folder is not this user's. */
  publish(waits: readonly PublishedWait[]): void {
    if (waits.length === 0) {
      if (this.#page !== "") rmSync(this.#file, { force: true });
      this.#page = "";
      return;
    }
    const page = JSON.stringify({ process: thisProcess(), waits } satisfies Page);
    if (page === this.#page) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (!isOwn(this.#folder, "folder")) return;
    writeFileSync(`${this.#file}.new`, page, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    this.#page = page;
  }

  /** Removes the waits of this thread; with the end of a process, those of all its threads. */
  close(): void {
    this.publish([]);
    if (!this.#isMain || !isOwn(this.#folder, "folder")) return;
    for (const name of readdirSync(this.#folder)) {
      if (name.startsWith(`${process.pid}-`)) rmSync(join(this.#folder, name), { force: true });
    }
  }

  /** The waits of all threads. */
  read(): PublishedWait[] {
    return readBoard(this.#folder);
  }
}

/** The folder of the waits of this user's processes. */
export function waitsFolder(): string {
  return join(temporaryFolder(), `manyhands-waits-${process.geteuid?.() ?? 0}`);
}

/** The long waits that all processes have published in a folder. */
export function readBoard(folder: string): PublishedWait[] {
  if (!isOwn(folder, "folder")) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    try {
      const { process, waits } = JSON.parse(readFileSync(path, "utf8")) as Page;
      if (isRunning(process)) return waits;
      rmSync(path, { force: true });
    } catch {
      // Its thread is replacing it, or has removed it.
    }
    return [];
  });
}
