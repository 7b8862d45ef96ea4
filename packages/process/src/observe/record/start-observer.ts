import type { Observer } from "../../base/observer.ts";
import { Recorder, type RecorderSettings } from "./recorder.ts";
import { eventFile, traceBegin } from "./trace-folder.ts";

/** An observer, and how it ends in a fork of this process. */
export interface StartedObserver {
  readonly observer: Observer;
  abandon(): void;
}

/** What is to be observed of a process. */
export interface ObserverSettings
  extends Pick<RecorderSettings, "id" | "parent" | "name" | "startMethod" | "program" | "isLazy"> {
  readonly folder: string;
}

/** Starts to observe this thread. */
export function startObserver({ folder, ...settings }: ObserverSettings): StartedObserver {
  const path = eventFile(folder, settings.id);
  const recorder = new Recorder({ ...settings, path, began: traceBegin(folder) });
  return { observer: recorder, abandon: () => recorder.abandon() };
}
