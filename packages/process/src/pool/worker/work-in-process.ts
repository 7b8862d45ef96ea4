import { parentChannel } from "../../process/child/parent-channel.ts";
import { adoptIdentity, identity } from "../../process/info/process-identity.ts";
import { runStarted } from "../wire/pool-message.ts";
import { TaskRunner } from "./task-runner.ts";

/** The target of a pool's worker process. Receives the pool's messages. Never returns: the pool ends this process. */
export function work(): Promise<never> {
  // The process was started as a daemon, to end with its parent. Unlike a daemon it may have children, such as a pool.
  adoptIdentity({ ...identity(), daemon: false });
  const channel = parentChannel();
  const runner = new TaskRunner(channel, () => channel.send(runStarted));
  channel.receive((message: never) => runner.take(message));
  return new Promise(() => {});
}
