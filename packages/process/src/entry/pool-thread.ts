// What a thread of a pool runs; the thread is piscina's, which calls `work` with each message.
import type { MessagePort } from "node:worker_threads";
import { PortChannel } from "../channel/port-channel.ts";
import { isBoxed } from "../pool/payload.ts";
import { TaskRunner } from "../pool/task-runner.ts";
import { asRun, isAnswer, type ToPool, type ToWorker, type WireCancel, type WorkerBoot } from "../pool/wire.ts";
import { adoptIdentity, type Identity } from "../process/identity.ts";

/** The first message to the thread. */
export interface ThreadBoot {
  readonly type: "boot";
  readonly boot: WorkerBoot;
  readonly identity: Identity;
  readonly port: MessagePort;
}

let runner: TaskRunner;
let unanswered = 0;
/** The last answer, when nothing else is to be said: it goes back with piscina's own reply, which saves a message. */
let held: ToPool | null = null;

/** Takes one message of the pool. */
export async function work(message: ToWorker): Promise<ToPool | null> {
  const run = asRun(message);
  if (run !== undefined) {
    unanswered += run.tasks.length;
    const pending = runner.run(run);
    if (pending !== undefined) await pending;
  } else await obey(message as Order);
  const last = held;
  held = null;
  return last;
}

type Order = ThreadBoot | WireCancel | { readonly type: "leave" };

async function obey(message: Order): Promise<void> {
  if (message.type === "boot") await boot(message);
  else if (message.type === "cancel") runner.cancel(message);
  else process.exit(0);
}

async function boot({ boot, identity, port }: ThreadBoot): Promise<void> {
  adoptIdentity(identity);
  const channel = new PortChannel(port);
  runner = new TaskRunner({
    reach: "thread",
    send(answer, transferList = []) {
      const isLast = isAnswer(answer) && --unanswered === 0;
      // A reply of piscina's that cannot be cloned would end the thread: only what is known to be safe may go with it.
      if (isLast && transferList.length === 0 && answer[3] === undefined && !isBoxed(answer[2])) held = answer;
      else sendOrCount(channel, answer, transferList);
    },
    poll: () => channel.poll(),
  });
  channel.receive((message: WireCancel) => runner.cancel(message));
  await runner.boot(boot);
}

function sendOrCount(channel: PortChannel, answer: ToPool, transferList: Parameters<PortChannel["send"]>[1]): void {
  try {
    channel.send(answer, transferList);
  } catch (error) {
    // Nothing was sent: the answer is still owed.
    if (isAnswer(answer)) unanswered += 1;
    throw error;
  }
}
