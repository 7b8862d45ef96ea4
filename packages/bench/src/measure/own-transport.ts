import { type Address, getContext, Listener, Manager, type Proxied, type StartMethodName } from "@manyhands/process";
import type { Reach } from "../base/message-result.ts";
import type { Echo, identity, pipeEcho, queueEcho, socketEcho } from "./echo-target.ts";
import { shapes } from "./payload.ts";
import type { Line } from "./process-member.ts";
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
function byEcho(
  echo: (payload: unknown) => Promise<unknown>,
  farPath: string,
  close: () => Promise<void>,
): OpenTransport {
  return { farPath, echo, trips: (payload, count, window) => timeEchoes(() => echo(payload), count, window), close };
}

async function openPipe(method: StartMethodName): Promise<OpenTransport> {
  const { Pipe, Process } = getContext(method);
  const [near, far] = Pipe() as unknown as [Line, Line];
  const child = new Process<typeof pipeEcho>({ module, name: "pipeEcho" }, { args: [far] }).start();
  const echo = async (payload: unknown) => {
    await near.send(payload);
    return near.recv();
  };
  return byEcho(echo, String(await near.recv()), async () => {
    await near.send(null);
    await child.join();
    near.close();
  });
}

async function openQueues(kind: "Queue" | "SimpleQueue", method: StartMethodName): Promise<OpenTransport> {
  const context = getContext(method);
  const [there, back] = [new context[kind](), new context[kind]()];
  const child = new context.Process<typeof queueEcho>({ module, name: "queueEcho" }, { args: [there, back] }).start();
  const echo = async (payload: unknown) => {
    await there.put(payload);
    return back.get();
  };
  return byEcho(echo, String(await back.get()), async () => {
    await there.put(null);
    await child.join();
    there.close();
    back.close();
  });
}

async function openSocket(): Promise<OpenTransport> {
  const listener = await new Listener().ready;
  const { Process } = getContext("spawn");
  const args = [listener.address as Address] as const;
  const child = new Process<typeof socketEcho>({ module, name: "socketEcho" }, { args: [...args] }).start();
  const near = await listener.accept();
  const echo = async (payload: unknown) => {
    await near.send(payload);
    return near.recv();
  };
  return byEcho(echo, String(await near.recv()), async () => {
    await near.send(null);
    await child.join();
    near.close();
    listener.close();
  });
}

async function openPool(method: StartMethodName): Promise<OpenTransport> {
  const pool = new (getContext(method).Pool)({ processes: 1 });
  const echo = (payload: unknown) => pool.apply<typeof identity>({ module, name: "identity" }, [payload]);
  const farPath = await pool.apply({ module: new URL("./thread-clock.js", import.meta.url), name: "threadPath" });
  return byEcho(echo, String(farPath), async () => {
    pool.close();
    await pool.join();
  });
}

class EchoManager extends Manager {
  declare Echo: () => Promise<Proxied<Echo>>;
}
EchoManager.register("Echo", { module, name: "makeEcho" });

async function openManager(startMethod: StartMethodName): Promise<OpenTransport> {
  const manager = await new EchoManager({ startMethod }).start();
  const hosted = await manager.Echo();
  return byEcho(
    (payload) => hosted.echo(payload),
    await hosted.path(),
    async () => {
      hosted[Symbol.dispose]();
      await manager.shutdown();
    },
  );
}
