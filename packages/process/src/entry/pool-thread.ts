// What a thread of a pool runs; the thread is piscina's, which calls `work` once, through `pool-bootstrap.cjs`.
import { PortChannel } from "../channel/port-channel.ts";
import type { SpareBirth, ThreadBirth } from "../pool/wire/thread-lane.ts";
import { TaskRunner } from "../pool/worker/task-runner.ts";
import { adoptIdentity } from "../process/info/process-identity.ts";

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

export function work(birth: ThreadBirth | SpareBirth): void {
  if ("birthPort" in birth) beginLater(birth);
  else begin(birth);
}
