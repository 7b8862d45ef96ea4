import type { TransferListItem } from "node:worker_threads";
import { WorkerDiedError } from "../../base/errors.ts";
import { Process, startService } from "../../process/parent/process.ts";
import type { StartedChild } from "../../process/parent/started-child.ts";
import { isOutsideSignal } from "../../start/child/outside-signals.ts";
import { programUrl } from "../../start/child/program-url.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { ManagerAddresses, ManagerSpec } from "../server/serve-manager.ts";

/** How long a start is tried again that is refused for now, in milliseconds. */
const startRetryLimitMs = 5000;
const startRetryDelayMs = 5;

let startedCount = 0;

/**
 * Starts the process that hosts a manager's objects. A signal to all processes of the program ends a process that
 * boots and does not ignore it yet: it is replaced.
 *
 * @param onStart receives each process that is started; the last one serves.
 * @returns the addresses at which it listens.
 */
export async function startHost(
  spec: ManagerSpec,
  startMethod: StartMethodName,
  transferList: readonly TransferListItem[],
  onStart: (host: Process) => void,
): Promise<ManagerAddresses> {
  startedCount += 1;
  const target = { module: programUrl("manager"), name: "serveManager" };
  const options = { args: [spec], name: `Manager-${startedCount}`, startMethod, daemon: true, transferList };
  for (;;) {
    const host = new Process(target, options);
    const child = await startWhenPossible(host as Process);
    onStart(host as Process);
    try {
      return (await host.result()) as ManagerAddresses;
    } catch (error) {
      if (child.wasSignalled || !(error instanceof WorkerDiedError && isOutsideSignal(error.exitCode))) throw error;
    }
  }
}

// A fork is refused while requests of Node are under way, such as those of a loader that connects to its thread.
async function startWhenPossible(host: Process): Promise<StartedChild> {
  const deadline = performance.now() + startRetryLimitMs;
  for (;;) {
    try {
      return startService(host);
    } catch (error) {
      const isTemporary = (error as { readonly code?: unknown } | null)?.code === "ERR_MANYHANDS_FORK";
      if (!isTemporary || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, startRetryDelayMs));
    }
  }
}
