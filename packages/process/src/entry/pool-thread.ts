// What a thread of a pool runs; the thread is piscina's, which calls `work` once.
import { PortChannel } from "../channel/port-channel.ts";
import { TaskRunner } from "../pool/task-runner.ts";
import type { SpareBirth, ThreadBirth } from "../pool/thread-lane.ts";
import { adoptIdentity } from "../process/identity.ts";

/** Begins to take the pool's messages. Returns at once: a call of piscina's that is under way keeps the program alive. */
function begin({ identity, port, begun }: ThreadBirth): void {
  adoptIdentity(identity);
  const line = new PortChannel(port);
  const runner = new TaskRunner(line, () => Atomics.add(begun, 0, 1));
  line.receive((message: never) => runner.take(message));
}

function beginLater({ birthPort }: SpareBirth): void {
  birthPort.once("message", begin);
  birthPort.unref();
  birthPort.postMessage("booted");
}

function beginAs(birth: ThreadBirth | SpareBirth): void {
  if ("birthPort" in birth) beginLater(birth);
  else begin(birth);
}

// Piscina tries `require` first. tsx makes CommonJS of what is required, and with that a copy of all that this file imports, beside
// what import() would give later: the one would not know what the other has loaded. Without `work`, piscina imports the file.
export const work = typeof module === "undefined" ? beginAs : undefined;
