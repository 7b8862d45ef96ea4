import { type Address, Client, type Queue, type SimpleQueue } from "@manyhands/process";
import { ignoreInterrupts } from "../machine/ignore-interrupts.ts";
import { threadProcPath } from "../machine/thread-times.ts";
import type { PipeEnd } from "../worker/process-worker.ts";

// Every target first sends the folder of its thread below `/proc`, where the parent reads its CPU time.

/** The far side of a Pipe: sends back each message, until it receives `null`. */
export function pipeEcho(pipe: PipeEnd): void {
  ignoreInterrupts();
  pipe.sendSync(threadProcPath());
  for (let message = pipe.recvSync(); message !== null; message = pipe.recvSync()) pipe.sendSync(message);
  pipe.close();
}

/** The far side of a pair of queues: puts each item of the first queue into the second one, until it gets `null`. */
export function queueEcho(there: Queue | SimpleQueue, back: Queue | SimpleQueue): void {
  ignoreInterrupts();
  back.putSync(threadProcPath());
  for (let message = there.getSync(); message !== null; message = there.getSync()) back.putSync(message);
}

/** The far side of a socket: connects, then sends back each message, until it receives `null`. */
export async function socketEcho(address: Address): Promise<void> {
  ignoreInterrupts();
  const connection = await Client(address);
  await connection.send(threadProcPath());
  for (let message = await connection.recv(); message !== null; message = await connection.recv()) {
    await connection.send(message);
  }
  connection.close();
}

/** The target of a Pool's calls: returns its argument. */
export function identity(value: unknown): unknown {
  return value;
}

/** The object that a Manager hosts: returns the argument of each call. */
export class Echo {
  /** The folder of the hosting thread below `/proc`. */
  path(): string {
    return threadProcPath();
  }

  echo(value: unknown): unknown {
    return value;
  }
}

export function makeEcho(): Echo {
  return new Echo();
}
