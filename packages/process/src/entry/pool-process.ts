// What a process of a pool runs, from its birth until it is told to leave.
import { TaskRunner } from "../pool/task-runner.ts";
import type { ToWorker } from "../pool/wire.ts";
import { adoptIdentity, identity } from "../process/identity.ts";
import { parentLine } from "../process/parent-line.ts";

/** Takes the pool's messages; never returns. */
export function work(): Promise<never> {
  // It ends with its parent as a daemon does, but may have children: a pool in a pool is legal here.
  adoptIdentity({ ...identity(), daemon: false });
  const line = parentLine();
  const runner = new TaskRunner(line);
  line.receive((message: ToWorker) => {
    switch (message.type) {
      case "boot":
        void runner.boot(message.boot);
        break;
      case "run":
        void runner.run(message);
        break;
      case "cancel":
        runner.cancel(message);
        break;
      case "leave":
        void line.flushed().then(() => process.exit(0));
    }
  });
  return new Promise(() => {});
}
