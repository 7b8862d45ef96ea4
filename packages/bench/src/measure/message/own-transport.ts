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
import type { PipeEnd } from "../worker/process-worker.ts";
import type { Echo, identity, pipeEcho, queueEcho, socketEcho } from "./echo-target.ts";
import { shapes } from "./message-payload.ts";
import { type OpenTransport, type Transport, timeRoundTrips } from "./transport.ts";

const module = new URL("./echo-target.js", import.meta.url);

/** The transports of @manyhands/process, to a thread and to a spawned process. The socket has no use to a thread. */
export const ownTransports: readonly Transport[] = [
  ...threadAndSpawn("Pipe", "Pipe to a Process", openPipe),
  ...threadAndSpawn("Queue", "a Queue there and one back", (method) => openQueues("Queue", method)),
  ...threadAndSpawn("SimpleQueue", "a SimpleQueue there and one back", (method) => openQueues("SimpleQueue", method)),
  ownTransport("Listener", "Listener and Client over a Unix socket", "process", openSocket),
  ...threadAndSpawn("Pool", "a call to a warm Pool", openPool),
  ...threadAndSpawn("Manager", "a call to an object of a Manager", openManager),
];

function ownTransport(id: string, title: string, reach: Reach, open: () => Promise<OpenTransport>): Transport {
  return { id, title, family: "manyhands", reach, shapes, open };
}

function threadAndSpawn(
  id: string,
  title: string,
  open: (method: StartMethodName) => Promise<OpenTransport>,
): Transport[] {
  return (["thread", "spawn"] as const).map((method) =>
    ownTransport(`${id} ${method}`, `${title}, ${method}`, method === "thread" ? "thread" : "process", () =>
      open(method),
    ),
  );
}

/** A transport whose round trips are calls of `echo`, several of which may be in flight. */
function echoTransport(
  echo: (payload: unknown) => Promise<unknown>,
  farPath: string,
  shutdown: TransportShutdown,
): OpenTransport {
  return {
    farPath,
    echo,
    roundTrips: (payload, count, window) => timeRoundTrips(() => echo(payload), count, window),
    ...shutdown,
  };
}

/**
 * One round trip over a connection. It starts to receive before it sends: a connection is read only on demand, so
 * with many messages in flight each side would otherwise wait until the other one reads.
 */
async function exchange(near: Pick<PipeEnd, "send" | "recv">, payload: unknown): Promise<unknown> {
  const [answer] = await Promise.all([near.recv(), near.send(payload)]);
  return answer;
}

/** The members of a transport that end it. */
type TransportShutdown = Pick<OpenTransport, "exited" | "close" | "terminate">;

/** Ends a child that echoes messages until it receives `null`. */
function shutdownOf(
  child: Pick<Process, "kill" | "join">,
  sendNull: () => Promise<void>,
  after: () => void,
): TransportShutdown {
  return {
    exited: child.join().then((code) => `exit code ${code}`),
    async close() {
      await sendNull();
      await child.join();
      after();
    },
    async terminate() {
      child.kill();
      await child.join();
      after();
    },
  };
}

async function openPipe(method: StartMethodName): Promise<OpenTransport> {
  const { Pipe, Process } = getContext(method);
  const [near, far] = Pipe() as unknown as [PipeEnd, PipeEnd];
  const child = new Process<typeof pipeEcho>({ module, name: "pipeEcho" }, { args: [far] }).start();
  const farPath = String(await near.recv());
  const shutdown = shutdownOf(
    child,
    () => near.send(null),
    () => near.close(),
  );
  return echoTransport((payload) => exchange(near, payload), farPath, shutdown);
}

async function openQueues(kind: "Queue" | "SimpleQueue", method: StartMethodName): Promise<OpenTransport> {
  const context = getContext(method);
  const [there, back] = [new context[kind](), new context[kind]()];
  const child = new context.Process<typeof queueEcho>({ module, name: "queueEcho" }, { args: [there, back] }).start();
  const echo = async (payload: unknown) => {
    await there.put(payload);
    return back.get();
  };
  const shutdown = shutdownOf(
    child,
    () => there.put(null),
    () => {
      there.close();
      back.close();
    },
  );
  return echoTransport(echo, String(await back.get()), shutdown);
}

async function openSocket(): Promise<OpenTransport> {
  const listener = await new Listener().ready;
  const { Process } = getContext("spawn");
  const args = [listener.address as Address] as const;
  const child = new Process<typeof socketEcho>({ module, name: "socketEcho" }, { args: [...args] }).start();
  const near = await listener.accept();
  const farPath = String(await near.recv());
  const shutdown = shutdownOf(
    child,
    () => near.send(null),
    () => {
      near.close();
      listener.close();
    },
  );
  return echoTransport((payload) => exchange(near, payload), farPath, shutdown);
}

async function openPool(method: StartMethodName): Promise<OpenTransport> {
  const pool = new (getContext(method).Pool)({ processes: 1 });
  const echo = (payload: unknown) => pool.apply<typeof identity>({ module, name: "identity" }, [payload]);
  const farPath = await pool.apply({
    module: new URL("../machine/thread-times.js", import.meta.url),
    name: "threadProcPath",
  });
  return echoTransport(echo, String(farPath), {
    async close() {
      pool.close();
      await pool.join();
    },
    async terminate() {
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
  return echoTransport((payload) => hosted.echo(payload), await hosted.path(), {
    async close() {
      hosted[Symbol.dispose]();
      await manager.shutdown();
    },
  });
}
