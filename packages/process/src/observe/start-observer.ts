import type { Observer } from "../base/observer.ts";
import { bothObservers } from "./both-observers.ts";
import { DeadlockWatch, type MakeDeadlockError } from "./deadlock/deadlock-watch.ts";
import { WaitBoard, waitsFolder } from "./deadlock/wait-board.ts";
import { Recorder, type RecorderSettings } from "./record/recorder.ts";
import { eventFile, traceBegin } from "./record/trace-folder.ts";

/** An observer, and how it ends in a fork of this process. */
export interface StartedObserver {
  readonly observer: Observer;
  abandon(): void;
}

/** What is to be observed of a process. */
export interface ObserverSettings extends Pick<RecorderSettings, "id" | "parent" | "name" | "startMethod" | "isLazy"> {
  /** Where its events are recorded. Default: nowhere. */
  readonly trace: { readonly folder: string; readonly program: string } | undefined;
  /** After how long a wait looks for a deadlock, in milliseconds. Default: never. */
  readonly deadlockMs: number | undefined;
  /** The names of this thread, see `memory/system-thread.ts`. */
  readonly thread: readonly string[];
  readonly countGateWaits: () => number;
  readonly makeDeadlockError: MakeDeadlockError;
}

/** Starts to observe this thread, for a trace, for deadlocks or for both. */
export function startObserver(settings: ObserverSettings): StartedObserver {
  const recorder = startRecorder(settings);
  const watch = startWatch(settings);
  const observer = recorder !== undefined && watch !== undefined ? bothObservers(recorder, watch) : (recorder ?? watch);
  return { observer: observer as Observer, abandon: () => recorder?.abandon() };
}

function startRecorder({ trace, ...settings }: ObserverSettings): Recorder | undefined {
  if (trace === undefined) return undefined;
  const { folder, program } = trace;
  return new Recorder({ ...settings, program, path: eventFile(folder, settings.id), began: traceBegin(folder) });
}

function startWatch(settings: ObserverSettings): DeadlockWatch | undefined {
  const { deadlockMs, name, thread, countGateWaits, makeDeadlockError } = settings;
  if (deadlockMs === undefined) return undefined;
  const { threadId } = process.getBuiltinModule("node:worker_threads");
  return new DeadlockWatch({
    afterMs: deadlockMs,
    board: new WaitBoard(waitsFolder(), threadId),
    who: `${name} (${threadId === 0 ? "process" : `thread ${threadId} of process`} ${process.pid})`,
    thread,
    countGateWaits,
    makeError: makeDeadlockError,
  });
}
