// What a thread of a pool runs; the thread is piscina's, which calls `work` with each message.
import type { MessagePort } from "node:worker_threads";
import { PortChannel } from "../channel/port-channel.ts";
import { isSafe } from "../pool/payload.ts";
import { TaskRunner } from "../pool/task-runner.ts";
import type { ToPool, ToWorker } from "../pool/wire.ts";
import { adoptIdentity, type Identity } from "../process/identity.ts";

/** The first message to the thread. */
export type ThreadBoot = ToWorker & { type: "boot" } & { readonly identity: Identity; readonly port: MessagePort };

let runner: TaskRunner;
let unanswered = 0;
/** The last answer, when nothing else is to be said: it goes back with piscina's own reply, which saves a message. */
let held: ToPool | null = null;

/** Takes one message of the pool. */
export async function work(message: ToWorker): Promise<ToPool | null> {
  switch (message.type) {
    case "boot":
      await boot(message as ThreadBoot);
      break;
    case "run":
      unanswered += message.tasks.length;
      await runner.run(message);
      break;
    case "cancel":
      runner.cancel(message);
      break;
    case "leave":
      process.exit(0);
  }
  const last = held;
  held = null;
  return last;
}

async function boot({ boot, identity, port }: ThreadBoot): Promise<void> {
  adoptIdentity(identity);
  const channel = new PortChannel(port);
  runner = new TaskRunner({
    reach: "thread",
    send(answer, transferList = []) {
      const isLast = answer.type === "answer" && --unanswered === 0;
      // A reply of piscina's that cannot be cloned would end the thread: only what is known to be safe may go with it.
      if (isLast && transferList.length === 0 && answer.errors.length === 0 && isSafe(answer.values)) held = answer;
      else sendOrCount(channel, answer, transferList);
    },
    poll: () => channel.poll(),
  });
  channel.receive((message: ToWorker & { type: "cancel" }) => runner.cancel(message));
  await runner.boot(boot);
}

function sendOrCount(channel: PortChannel, answer: ToPool, transferList: Parameters<PortChannel["send"]>[1]): void {
  try {
    channel.send(answer, transferList);
  } catch (error) {
    // Nothing was sent: the answer is still owed.
    if (answer.type === "answer") unanswered += 1;
    throw error;
  }
}
