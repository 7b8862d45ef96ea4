// What a process of a pool runs, from its birth until it is told to leave.

import { begun } from "../pool/wire/pool-message.ts";
import { TaskRunner } from "../pool/worker/task-runner.ts";
import { parentLine } from "../process/child/parent-channel.ts";
import { adoptIdentity, identity } from "../process/info/process-identity.ts";

/** Takes the pool's messages; never returns. */
export function work(): Promise<never> {
  // It ends with its parent as a daemon does, but may have children: a pool in a pool is legal here.
  adoptIdentity({ ...identity(), daemon: false });
  const line = parentLine();
  const runner = new TaskRunner(line, () => line.send(begun));
  line.receive((message: never) => runner.take(message));
  return new Promise(() => {});
}
