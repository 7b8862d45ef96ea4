import cluster from "node:cluster";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import {
  Client,
  CloneError,
  ClosedError,
  getContext,
  Listener,
  Manager,
  NotShareableError,
  Process,
  ProcessStateError,
} from "@manyhands/process";
import { describe, expect, it } from "vitest";

const sockets = new URL("../fixture/sockets.js", import.meta.url);
const sender = new URL("../fixture/sender.js", import.meta.url);
const start = (...args: unknown[]) =>
  new Process({ module: sockets, name: "shout" }, { startMethod: "thread", args, stderr: "pipe" }).start();

async function listening(server: Server = createServer()): Promise<Server & AsyncDisposable> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return Object.assign(server, {
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  });
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function ask(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  let text = "";
  socket.on("data", (piece) => {
    text += piece;
  });
  await once(socket, "close");
  return text;
}

describe.runIf(process.platform === "linux")("a socket or a server that cannot be sent", () => {
  it("a socket that is not connected is refused, and is sent once it is", async () => {
    await using server = await listening(createServer({ allowHalfOpen: true }, (socket) => socket.end("shout")));
    const socket = new Socket({ allowHalfOpen: true });
    expect(() => start({ socket })).toThrow(CloneError);
    expect(() => start({ socket })).toThrow(
      'Cannot send args[0].socket: a Socket is not connected; await once(socket, "connect") first',
    );
    await once(socket.connect(portOf(server), "127.0.0.1"), "connect");
    expect(await start(socket).join()).toBe(0);
    socket.destroy();
  });

  it("a server that does not listen is refused, and is sent once it does", async () => {
    const server = createServer();
    const name = "answerOne";
    const child = new Process({ module: sockets, name }, { startMethod: "thread", args: [server, "a"] });
    expect(() => child.start()).toThrow(
      'Cannot send args[0]: a Server does not listen; await once(server, "listening") first',
    );
    await using open = await listening(server);
    child.start();
    expect(await ask(portOf(open))).toBe("a");
    expect(await child.join()).toBe(0);
  });

  it("servers and sockets with state of this process are refused, and the message names the one to send", async () => {
    await using server = await listening(createHttpServer((_, response) => response.end("own")));
    expect(() => start(server)).toThrow(
      'Cannot send args[0]: a Server calls functions of this process; send a net.Server, and write in the child: server.on("connection", (socket) => own.emit("connection", socket))',
    );
    const plain = createServer().on("connection", (socket) => server.emit("connection", socket));
    await using open = await listening(plain);
    expect(await (await fetch(`http://127.0.0.1:${portOf(open)}`)).text()).toBe("own");
    const socket = new Socket();
    expect(() => start(new TLSSocket(socket))).toThrow(
      "Cannot send args[0]: a TLSSocket has the state of its encryption in this process; send the net.Socket before it is wrapped, and encrypt in the child",
    );
    class OwnSocket extends Socket {}
    expect(() => start(new OwnSocket())).toThrow(
      "Cannot send args[0]: an OwnSocket is not of the class net.Socket itself, and has state in this process; send the net.Socket that it uses",
    );
  });

  it("a server of the primary process of node:cluster is refused, unless it is exclusive", async () => {
    cluster.setupPrimary({ exec: new URL("../fixture/cluster-worker.js", import.meta.url).pathname });
    const worker = cluster.fork();
    const [answers] = await once(worker, "message");
    expect(answers).toEqual([
      "Cannot send args[0]: a Server belongs to the primary process of node:cluster; listen with { exclusive: true }, or start the program without node:cluster",
      0,
    ]);
    worker.disconnect();
    await once(worker, "exit");
  });

  it("sockets are not sent over sockets and to managers, but through a Queue", async () => {
    await using server = await listening();
    const [listener, { Queue }] = [await new Listener().ready, getContext("thread")];
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
    await expect(ours.send(server)).rejects.toThrow(CloneError);
    await expect(ours.send(theirs)).rejects.toThrow(NotShareableError);
    await expect(ours.send(theirs)).rejects.toThrow(
      "Cannot send the SocketConnection: this message cannot hold sockets; pass the SocketConnection in the args of a Process, to a pool, or through a Pipe or a Queue",
    );
    const queue = new Queue<typeof theirs>();
    await queue.put(theirs);
    const received = await queue.get();
    theirs.close();
    await received.send("through a queue");
    expect(await ours.recv()).toBe("through a queue");
    for (const each of [ours, received, listener]) each.close();
    await using manager = await new Manager().start();
    const list = await manager.list();
    await expect(list.append(server)).rejects.toThrow(CloneError);
  });

  it("a connection on which recv() waits is refused, and is sent before that", async () => {
    const listener = await new Listener().ready;
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
    const name = "double";
    const child = new Process({ module: sockets, name }, { startMethod: "thread", args: [ours] });
    const pending = ours.recv();
    expect(() => child.start()).toThrow(ProcessStateError);
    expect(() => child.start()).toThrow("its messages would be divided; send it first, or await recv()");
    await theirs.send(1);
    expect(await pending).toBe(1);
    child.start();
    ours.close();
    await theirs.send(2);
    expect(await theirs.recv()).toBe(4);
    await theirs.send(null);
    expect(await child.join()).toBe(0);
    for (const each of [theirs, listener]) each.close();
  });

  it("a socket is not received at once, but by get()", async () => {
    await using server = await listening();
    const queue = new (getContext("spawn").Queue)<Server>();
    await queue.put(server);
    expect(() => queue.getSync()).toThrow(
      "Cannot receive a value at once: its sockets must be fetched from the sender first; write await get() or await recv()",
    );
    const received = await queue.get();
    expect(received.address()).toEqual(server.address());
    received.close();
  });
});

describe.runIf(process.platform === "linux")("a socket or a server that was sent", () => {
  it("is received while the sender runs, and not after it has ended", async () => {
    const { Queue, SharedEvent } = getContext("spawn");
    const queue = new Queue<Server>();
    const end = new SharedEvent();
    const make = () =>
      new Process({ module: sender, name: "putServer" }, { startMethod: "spawn", args: [queue, end] }).start();
    const running = make();
    const server = await queue.get();
    end.set();
    expect(portOf(server)).toBe(await running.result());
    server.close();
    const ended = make();
    await ended.join();
    await expect(queue.get()).rejects.toThrow(ClosedError);
    await ended.join();
  });

  it("a server accepts where it has a listener, and is sent again to the next child", async () => {
    await using server = await listening();
    const answers: string[] = [];
    for (const name of ["first", "second"]) {
      const options = { startMethod: "thread", args: [server, name] } as const;
      const child = new Process({ module: sockets, name: "answerOne" }, options).start();
      answers.push(await ask(portOf(server)));
      await child.join();
    }
    expect(answers).toEqual(["first", "second"]);
    server.on("connection", (socket) => socket.end("own"));
    expect(await ask(portOf(server))).toBe("own");
  });

  it("a copy that no child receives is closed, so that the port is free", async () => {
    const server = await listening();
    const port = portOf(server);
    const child = new Process(
      { module: sockets, name: "answerOne" },
      { startMethod: "spawn", args: [server, new WeakMap()] },
    );
    expect(() => child.start()).toThrow(CloneError);
    server.close();
    const again = createServer().listen(port, "127.0.0.1");
    await once(again, "listening");
    again.close();
  });
});
