import { type Address, Client, type Queue, type SimpleQueue } from "@manyhands/process";
import { ignoreInterrupts } from "../machine/ignore-interrupts.ts";
import { threadPath } from "../machine/shared-clock.ts";
import type { Line } from "../worker/process-worker.ts";

// Every other side first sends where the system keeps the account of its thread.

/** The other side of our own Pipe: sends back what it gets, until it gets `null`. */
export function pipeEcho(line: Line): void {
  ignoreInterrupts();
  line.sendSync(threadPath());
  for (let message = line.recvSync(); message !== null; message = line.recvSync()) line.sendSync(message);
  line.close();
}

/** The other side of a pair of queues: puts into the second what it gets from the first, until it gets `null`. */
export function queueEcho(there: Queue | SimpleQueue, back: Queue | SimpleQueue): void {
  ignoreInterrupts();
  back.putSync(threadPath());
  for (let message = there.getSync(); message !== null; message = there.getSync()) back.putSync(message);
}

/** The other side of a socket: connects, and sends back what it gets, until it gets `null`. */
export async function socketEcho(address: Address): Promise<void> {
  ignoreInterrupts();
  const connection = await Client(address);
  await connection.send(threadPath());
  for (let message = await connection.recv(); message !== null; message = await connection.recv()) {
    await connection.send(message);
  }
  connection.close();
}

/** What a Pool is asked to do: give back what it was given. */
export function identity(value: unknown): unknown {
  return value;
}

/** What a Manager hosts: an object that gives back what it is given. */
export class Echo {
  /** Where the system keeps the account of the thread that hosts it. */
  path(): string {
    return threadPath();
  }

  echo(value: unknown): unknown {
    return value;
  }
}

export function makeEcho(): Echo {
  return new Echo();
}
