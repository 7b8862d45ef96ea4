import { outsideSignals } from "../../start/child/outside-signals.ts";
import type { ParentChannel } from "./parent-channel.ts";

/**
 * Makes this process ignore the signals that are sent to the program as a whole. For a process that serves its parent:
 * the parent handles the signals, may still need the process while it drains, and ends it.
 *
 * A listener of the user's for such a signal runs as usual. The parent is notified of one for SIGTERM: its own
 * `terminate()` then sends that signal, and SIGKILL otherwise.
 */
export function leaveSignalsToParent(parent: ParentChannel): void {
  for (const signal of outsideSignals) process.on(signal, ignore);
  const report = (event: string | symbol) => {
    if (event !== "SIGTERM") return;
    process.off("newListener", report);
    parent.reportTerminationListener();
  };
  process.on("newListener", report);
}

function ignore(): void {}
