// The program of a pool's worker thread. Piscina starts the thread, and calls `work` once, through
// `pool-bootstrap.cjs`.
import { flushAllSync } from "../base/flush.ts";
import { observer } from "../base/observer.ts";
import { PortChannel } from "../channel/port-channel.ts";
import type { SpareThreadStart, ThreadStart } from "../pool/wire/thread-start.ts";
import { TaskRunner } from "../pool/worker/task-runner.ts";
import { directionsOf, observeChild } from "../process/info/observe.ts";
import { adoptIdentity } from "../process/info/process-identity.ts";
import { warnUnsent } from "../process/info/warn-unsent.ts";

/**
 * Receives the pool's messages. Returns at once, so that piscina's call ends: one under way keeps the program alive.
 */
function begin({ identity, port, startedRuns }: ThreadStart): void {
  adoptIdentity(identity);
  observeChild();
  const channel = new PortChannel(port);
  if (observer !== undefined) channel.directions = directionsOf(identity.lineage, "child");
  const runner = new TaskRunner(channel, () => Atomics.add(startedRuns, 0, 1));
  channel.receive((message: never) => runner.take(message));
  // Tasks may leave items on queues, and call process.exit().
  process.on("exit", () => flushAllSync(warnUnsent));
}

/** Reports that a spare has booted, and begins when its first message arrives. */
function beginLater({ startPort }: SpareThreadStart): void {
  startPort.once("message", begin);
  startPort.unref();
  startPort.postMessage("booted");
}

export function work(start: ThreadStart | SpareThreadStart): void {
  if ("startPort" in start) beginLater(start);
  else begin(start);
}
