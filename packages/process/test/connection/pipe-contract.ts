import {
  BrokenPipeError,
  CloneError,
  ClosedError,
  ConnectionError,
  EndOfFileError,
  getContext,
  NotShareableError,
  Process,
  QueueFullError,
  type StartMethodName,
  Pipe as ThreadPipe,
  TimeoutError,
  wait,
} from "@manyhands/process";
import { describe, expect, it } from "vitest";

const job = new URL("../fixture/piping.js", import.meta.url);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** The contract of Pipe, Connection and wait() in any kind of memory. */
export function pipeContract(startMethod: StartMethodName): void {
  const { Pipe, Queue, Semaphore } = getContext(startMethod);
  const start = (name: string, ...args: unknown[]) =>
    new Process({ module: job, name }, { startMethod, args, stderr: "pipe" }).start();

  describe(`Pipe of ${startMethod}`, () => {
    it("sends values and bytes both ways until end of file", {
      tags: ["_TestConnection.test_connection"],
    }, async () => {
      const [mine, yours] = Pipe();
      const child = start("echo", yours);
      yours.close();
      for (const value of [[1, 2.25, null], { a: new Map([[1, 2n]]) }, "x", undefined]) {
        await mine.send(value);
        expect(await mine.recv()).toEqual(value);
      }
      await mine.sendBytes(Buffer.from("longer message"));
      expect(text((await mine.recv()) as Uint8Array)).toBe("longer message");
      expect(await mine.poll()).toBe(false);
      expect(await mine.poll({ timeoutMs: 20 })).toBe(false);
      await mine.send(null);
      expect(await mine.poll({ timeoutMs: Number.POSITIVE_INFINITY })).toBe(true);
      expect(await mine.poll()).toBe(true);
      expect(await mine.recv()).toBe(null);
      const large = Buffer.alloc(16 * 2 ** 20, "X");
      await mine.send(large);
      expect(large.equals((await mine.recv()) as Buffer)).toBe(true);
      mine.close();
      expect(await child.result()).toBe("ended");
    });

    it("has a receiving and a sending end when it is not duplex", {
      tags: ["_TestConnection.test_duplex_false"],
    }, async () => {
      const [reader, writer] = Pipe({ duplex: false });
      expect([reader.readable, reader.writable, writer.readable, writer.writable]).toEqual([true, false, false, true]);
      const child = start("sendAll", writer, [1]);
      expect(await reader.recv()).toBe(1);
      await child.join();
      await writer.send(2);
      expect(await reader.recv()).toBe(2);
      await expect(reader.send(2)).rejects.toThrow(TypeError);
      await expect(writer.recv()).rejects.toThrow(TypeError);
      await expect(writer.poll()).rejects.toThrow(TypeError);
      writer.close();
      await expect(reader.recv()).rejects.toThrow(EndOfFileError);
    });

    it("stays open in the child when the parent closes its copy of the end", {
      tags: ["_TestConnection.test_spawn_close"],
    }, async () => {
      const [mine, yours] = Pipe();
      const child = start("echoBytes", yours);
      yours.close();
      await mine.sendBytes(Buffer.from("hello"));
      expect(text(await mine.recvBytes())).toBe("hello");
      await mine.sendBytes(new Uint8Array());
      await child.join();
      await expect(mine.recv()).rejects.toThrow(EndOfFileError);
      await expect(mine.send(1)).rejects.toThrow(BrokenPipeError);
    });

    it("keeps message boundaries, also of empty messages", { tags: ["_TestPoll.test_strings"] }, async () => {
      const strings = ["hello", "", "a", "b", "", "bye", "", "lop"];
      const [mine, yours] = Pipe();
      const child = start(
        "sendAllBytes",
        yours,
        strings.map((each) => Buffer.from(each)),
      );
      for (const each of strings) {
        expect(await mine.poll({ timeoutMs: 100_000 })).toBe(true);
        expect(text(await mine.recvBytes())).toBe(each);
      }
      await child.join();
    });

    it("poll() takes no message", { tags: ["_TestPoll.test_boundaries"] }, async () => {
      const [reader, writer] = Pipe({ duplex: false });
      const child = start("pollOnly", reader, 20);
      await writer.sendBytes(Buffer.alloc(5000, "a"));
      await writer.sendBytes(Buffer.alloc(70_000, "b"));
      expect(await child.result()).toBe(true);
      expect(await reader.recvBytes()).toHaveLength(5000);
      expect(await reader.recvBytes()).toHaveLength(70_000);
    });

    it("delivers every message before end of file", async () => {
      const [mine, yours] = Pipe();
      const child = start("sendAll", yours, [1, 2, 3]);
      yours.close();
      await child.join();
      expect([await mine.recv(), mine.recvSync(), await mine.recv()]).toEqual([1, 2, 3]);
      expect(await mine.poll()).toBe(true);
      expect(mine.pollSync()).toBe(true);
      await expect(mine.recv()).rejects.toThrow(EndOfFileError);
      expect(() => mine.recvSync()).toThrow(EndOfFileError);
    });

    it("ends a waiting recv() with EndOfFileError when the other process is killed", async () => {
      const [mine, yours] = Pipe();
      const isStarted = new Semaphore(0);
      const child = start("signalAndReceive", yours, isStarted);
      yours.close();
      await isStarted.acquire();
      const waiting = mine.recv();
      child.kill();
      await expect(waiting).rejects.toThrow(EndOfFileError);
      await child.join();
    });

    it("reads end of file when the other end never arrived, because its receiver was killed or the send failed", async () => {
      const [mine, yours] = Pipe();
      const child = start("echo", yours);
      child.kill();
      yours.close();
      await child.join();
      await expect(mine.recv({ timeoutMs: 100_000 })).rejects.toThrow(EndOfFileError);
      const [here, there] = Pipe();
      const queue = new Queue(1);
      expect(() => start("echo", there, Symbol("no"))).toThrow(CloneError);
      await expect(queue.put({ there, no: Symbol("no") })).rejects.toThrow();
      if (startMethod !== "thread") {
        await queue.put("full");
        expect(queue.tryPut(there)).toBe(false);
        expect(() => queue.putSync(there, { timeoutMs: 0 })).toThrow(QueueFullError);
        await expect(queue.put(there, { timeoutMs: 1 })).rejects.toThrow(QueueFullError);
      }
      there.close();
      await expect(here.recv({ timeoutMs: 100_000 })).rejects.toThrow(EndOfFileError);
    });

    it("makes a fast sender wait, and keeps the order of messages", async () => {
      const [mine, yours] = Pipe();
      const sends = Array.from({ length: 3000 }, (_, i) => mine.send({ i, fill: "z".repeat(i % 500) }));
      for (let i = 0; i < 3000; i++) expect(((await yours.recv()) as { i: number }).i).toBe(i);
      await Promise.all(sends);
      const [reader, writer] = Pipe({ duplex: false });
      for (let i = 0; i < 1024; i++) writer.sendSync(i);
      expect(() => writer.sendSync("no room", { timeoutMs: 5 })).toThrow(TimeoutError);
      await expect(writer.send(Buffer.alloc(100_000), { timeoutMs: 5 })).rejects.toThrow(TimeoutError);
      const late = writer.send("late");
      for (let i = 0; i < 1024; i++) expect(reader.recvSync()).toBe(i);
      await late;
      expect(await reader.recv()).toBe("late");
    });

    it("sends and receives with blocking calls", async () => {
      const [mine, yours] = Pipe();
      const child = start("echoSync", yours);
      for (let i = 0; i < 200; i++) {
        mine.sendSync({ i });
        expect(mine.recvSync({ timeoutMs: 100_000 })).toEqual({ i });
      }
      mine.sendSync(null);
      expect(await child.join()).toBe(0);
    });

    it("rejects values that cannot be sent, and all operations after close()", async () => {
      const [a, b] = Pipe();
      await expect(a.send({ deep: new WeakMap() })).rejects.toThrow(CloneError);
      await expect(a.recv({ timeoutMs: 5 })).rejects.toThrow(TimeoutError);
      const abort = new AbortController();
      const aborted = a.recv({ signal: abort.signal });
      abort.abort(new Error("enough"));
      await expect(aborted).rejects.toThrow("enough");
      await b.send("kept");
      expect(await a.recv()).toBe("kept");
      await b.sendBytes(Buffer.from("long"));
      await expect(a.recvBytes({ maxBytes: 3 })).rejects.toThrow(ConnectionError);
      await expect(a.recv()).rejects.toThrow(ClosedError);
      await a.send("still");
      expect(await b.recv()).toBe("still");
      const pending = b.recv();
      b.close();
      b.close();
      await expect(pending).rejects.toThrow(ClosedError);
      await expect(b.send(1)).rejects.toThrow(ClosedError);
      await expect(b.poll()).rejects.toThrow(ClosedError);
      expect(b.closed).toBe(true);
    });

    it("sends ends of other pipes, as queues do", { tags: ["_TestPicklingConnections.test_access"] }, async () => {
      const [mine, yours] = Pipe();
      const [r1, w1] = Pipe({ duplex: false });
      const [r2, w2] = Pipe({ duplex: false });
      const child = start("useReceivedEnds", yours);
      await mine.send({ writer: w1, reader: r2 });
      w1.close();
      r2.close();
      expect(await r1.recv()).toBe("by the child");
      await expect(r1.recv()).rejects.toThrow(EndOfFileError);
      await w2.send("by the parent");
      expect(await child.result()).toBe("by the parent");
      await child.join();
      const queue = new Queue<typeof mine>();
      const [a, b] = Pipe();
      await queue.put(a);
      a.close();
      const again = await queue.get();
      await again.send("through a queue");
      expect(await b.recv()).toBe("through a queue");
    });

    if (startMethod !== "thread") {
      it("loses no message when the process gets signals", { tags: ["TestIgnoreEINTR.test_ignore"] }, async () => {
        const [mine, yours] = Pipe();
        const child = start("exchangeDuringSignals", yours);
        yours.close();
        expect(await mine.recv()).toBe("ready");
        child.kill("SIGUSR1");
        expect(await mine.poll({ timeoutMs: 30 })).toBe(false);
        child.kill("SIGUSR1");
        await mine.send(1234);
        expect(await mine.recv()).toBe(1234);
        child.kill("SIGUSR1");
        expect(await mine.recvBytes()).toHaveLength(2 ** 20);
        child.kill("SIGUSR1");
        for (let i = 0; i < 2000; i++) expect(await mine.recv()).toBe(i);
        expect(await child.join()).toBe(0);
      });
    } else {
      it("is refused by processes; the error names the fix", () => {
        const [mine] = ThreadPipe();
        const send = () =>
          new Process({ module: job, name: "receive" }, { startMethod: "spawn", args: [mine] }).start();
        expect(send).toThrow(NotShareableError);
        expect(send).toThrow('getContext("spawn").Pipe()');
      });
    }
  });

  describe(`wait() over connections of ${startMethod}`, () => {
    for (const [pauseMs, id] of [
      [undefined, "TestWait.test_wait"],
      [3, "TestWait.test_wait_slow"],
    ] as const) {
      it(`returns every readable connection until all have ended, when messages are sent ${pauseMs ?? 0} ms apart`, {
        tags: [id],
      }, async () => {
        const pipes = [0, 1, 2, 3].map(() => Pipe({ duplex: false }));
        const messages = (i: number) => Array.from({ length: 10 }, (_, j) => `${i}:${j}`);
        const children = pipes.map(([, writer], i) => start("sendAll", writer, messages(i), pauseMs));
        for (const [, writer] of pipes) writer.close();
        const readers = new Set(pipes.map(([reader]) => reader));
        const got: unknown[] = [];
        while (readers.size > 0) {
          for (const reader of await wait(readers)) {
            try {
              got.push(await reader.recv());
            } catch (error) {
              expect(error).toBeInstanceOf(EndOfFileError);
              readers.delete(reader);
            }
          }
        }
        expect(got.sort()).toEqual([0, 1, 2, 3].flatMap(messages));
        await Promise.all(children.map((child) => child.join()));
      });
    }

    it("returns nothing when time ran out, otherwise the ready connections", {
      tags: ["TestWait.test_wait_timeout"],
    }, async () => {
      const [a, b] = Pipe();
      const began = performance.now();
      expect(await wait([a, b], { timeoutMs: 50 })).toEqual([]);
      expect(performance.now() - began).toBeGreaterThan(45);
      await b.send(null);
      expect(await wait([a, b], { timeoutMs: 100_000 })).toEqual([a]);
    });

    it("returns ready connections and sentinels in the order given", {
      tags: ["TestWait.test_wait_integer", "_TestProcess.test_sentinel"],
    }, async () => {
      const [a, b] = Pipe();
      const child = start("exitAfter", 20);
      expect(await wait([a, child.sentinel, b], { timeoutMs: 0 })).toEqual([]);
      expect(await wait([a, child.sentinel, b], { timeoutMs: 100_000 })).toEqual([child.sentinel]);
      await b.send(null);
      expect(await wait([a, child.sentinel, b], { timeoutMs: 100_000 })).toEqual([a, child.sentinel]);
      expect(await wait([a, child.sentinel, b], { timeoutMs: 100_000 })).toEqual([a, child.sentinel]);
      await a.send(null);
      expect(await wait([a, child.sentinel, b], { timeoutMs: 100_000 })).toEqual([a, child.sentinel, b]);
      await child.join();
    });
  });
}
