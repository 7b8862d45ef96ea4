// What a process of a pool runs, from its birth until it is told to leave.
import { TaskRunner } from "../pool/task-runner.ts";
import { begun } from "../pool/wire.ts";
import { adoptIdentity, identity } from "../process/identity.ts";
import { parentLine } from "../process/parent-line.ts";

/** Takes the pool's messages; never returns. */
export function work(): Promise<never> {
  // It ends with its parent as a daemon does, but may have children: a pool in a pool is legal here.
  adoptIdentity({ ...identity(), daemon: false });
  const line = parentLine();
  const runner = new TaskRunner(line, () => line.send(begun));
  line.receive((message: never) => runner.take(message));
  return new Promise(() => {});
}
