import {
  type Address,
  getContext,
  Listener,
  Manager,
  type Process,
  type Proxied,
  type StartMethodName,
} from "@manyhands/process";
import type { Reach } from "../../base/message-result.ts";
import type { Line } from "../worker/process-worker.ts";
import type { Echo, identity, pipeEcho, queueEcho, socketEcho } from "./echo-target.ts";
import { shapes } from "./message-sizes.ts";
import { type OpenTransport, type Transport, timeEchoes } from "./transport.ts";

const module = new URL("./echo-target.js", import.meta.url);

/** Our own ways to a thread and to a fresh process; a socket only to a process, since nobody would use one to a thread. */
export const ownTransports: readonly Transport[] = [
  ...both("Pipe", "Pipe to a Process", openPipe),
  ...both("Queue", "a Queue there and one back", (method) => openQueues("Queue", method)),
  ...both("SimpleQueue", "a SimpleQueue there and one back", (method) => openQueues("SimpleQueue", method)),
  own("Listener", "Listener and Client over a Unix socket", "process", openSocket),
  ...both("Pool", "a call to a warm Pool", openPool),
  ...both("Manager", "a call to an object of a Manager", openManager),
];

function own(id: string, title: string, reach: Reach, open: () => Promise<OpenTransport>): Transport {
  return { id, title, family: "manyhands", reach, shapes, open };
}

function both(id: string, title: string, open: (method: StartMethodName) => Promise<OpenTransport>): Transport[] {
  return (["thread", "spawn"] as const).map((method) =>
    own(`${id} ${method}`, `${title}, ${method}`, method === "thread" ? "thread" : "process", () => open(method)),
  );
}

/** A transport by what makes one round trip; several may be under way. */
function byEcho(echo: (payload: unknown) => Promise<unknown>, farPath: string, ends: Ends): OpenTransport {
  return { farPath, echo, trips: (payload, count, window) => timeEchoes(() => echo(payload), count, window), ...ends };
}

/**
 * One round trip over a line. Asks for the answer before it sends: what nobody asks for is not read, and with many messages
 * under way each side would then wait until the other one reads.
 */
async function overLine(near: Pick<Line, "send" | "recv">, payload: unknown): Promise<unknown> {
  const [answer] = await Promise.all([near.recv(), near.send(payload)]);
  return answer;
}

/** How a transport ends. */
type Ends = Pick<OpenTransport, "gone" | "close" | "abandon">;

/** Ends a child that echoes until it gets `null`. */
function endsOf(child: Pick<Process, "kill" | "join">, sendNull: () => Promise<void>, after: () => void): Ends {
  return {
    gone: child.join().then((code) => `exit code ${code}`),
    async close() {
      await sendNull();
      await child.join();
      after();
    },
    async abandon() {
      child.kill();
      await child.join();
      after();
    },
  };
}

async function openPipe(method: StartMethodName): Promise<OpenTransport> {
  const { Pipe, Process } = getContext(method);
  const [near, far] = Pipe() as unknown as [Line, Line];
  const child = new Process<typeof pipeEcho>({ module, name: "pipeEcho" }, { args: [far] }).start();
  const farPath = String(await near.recv());
  const ends = endsOf(
    child,
    () => near.send(null),
    () => near.close(),
  );
  return byEcho((payload) => overLine(near, payload), farPath, ends);
}

async function openQueues(kind: "Queue" | "SimpleQueue", method: StartMethodName): Promise<OpenTransport> {
  const context = getContext(method);
  const [there, back] = [new context[kind](), new context[kind]()];
  const child = new context.Process<typeof queueEcho>({ module, name: "queueEcho" }, { args: [there, back] }).start();
  const echo = async (payload: unknown) => {
    await there.put(payload);
    return back.get();
  };
  const ends = endsOf(
    child,
    () => there.put(null),
    () => {
      there.close();
      back.close();
    },
  );
  return byEcho(echo, String(await back.get()), ends);
}

async function openSocket(): Promise<OpenTransport> {
  const listener = await new Listener().ready;
  const { Process } = getContext("spawn");
  const args = [listener.address as Address] as const;
  const child = new Process<typeof socketEcho>({ module, name: "socketEcho" }, { args: [...args] }).start();
  const near = await listener.accept();
  const farPath = String(await near.recv());
  const ends = endsOf(
    child,
    () => near.send(null),
    () => {
      near.close();
      listener.close();
    },
  );
  return byEcho((payload) => overLine(near, payload), farPath, ends);
}

async function openPool(method: StartMethodName): Promise<OpenTransport> {
  const pool = new (getContext(method).Pool)({ processes: 1 });
  const echo = (payload: unknown) => pool.apply<typeof identity>({ module, name: "identity" }, [payload]);
  const farPath = await pool.apply({
    module: new URL("../machine/shared-clock.js", import.meta.url),
    name: "threadPath",
  });
  return byEcho(echo, String(farPath), {
    async close() {
      pool.close();
      await pool.join();
    },
    async abandon() {
      pool.terminate();
      await pool.join();
    },
  });
}

class EchoManager extends Manager {
  declare Echo: () => Promise<Proxied<Echo>>;
}
EchoManager.register("Echo", { module, name: "makeEcho" });

async function openManager(startMethod: StartMethodName): Promise<OpenTransport> {
  const manager = await new EchoManager({ startMethod }).start();
  const hosted = await manager.Echo();
  return byEcho((payload) => hosted.echo(payload), await hosted.path(), {
    async close() {
      hosted[Symbol.dispose]();
      await manager.shutdown();
    },
  });
}
