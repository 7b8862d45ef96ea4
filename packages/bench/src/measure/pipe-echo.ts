import type { Line } from "./process-member.ts";

/** The other side of our own Pipe: sends back what it gets, until it gets `null`. */
export async function pipeEcho(line: Line): Promise<void> {
  for (;;) {
    const message = line.recvSync();
    if (message === null) break;
    line.sendSync(message);
  }
  line.close();
}
