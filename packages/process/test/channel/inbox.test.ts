import { Socket } from "node:net";
import { MessageChannel } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Channel } from "../../src/channel/channel.ts";
import { Inbox } from "../../src/channel/inbox.ts";
import { LazyChannel } from "../../src/channel/lazy-channel.ts";
import { PortChannel } from "../../src/channel/port-channel.ts";
import { StreamChannel } from "../../src/channel/stream-channel.ts";
import { socketPair } from "../../src/posix/calls/descriptors.ts";
import { ParentChannel } from "../../src/process/child/parent-channel.ts";

describe("Inbox", () => {
  it("next() takes one message, and the receiver gets the rest in order", async () => {
    const inbox = new Inbox();
    const first = inbox.next();
    for (const message of [1, 2, 3]) inbox.add(message);
    expect(await first).toBe(1);
    expect(await inbox.next()).toBe(2);
    inbox.add(4);
    const got: number[] = [];
    inbox.receive((message: number) => got.push(message));
    inbox.add(5);
    expect(got).toEqual([3, 4, 5]);
  });

  it("a receiver that adds a message gets the held messages before it", () => {
    const inbox = new Inbox();
    const got: string[] = [];
    for (const message of ["a", "b"]) inbox.add(message);
    inbox.receive((message: string) => {
      got.push(message);
      if (message === "a") inbox.add("c");
    });
    expect(got).toEqual(["a", "b", "c"]);
  });

  it("a receiver that throws loses only the message that it threw for", () => {
    const inbox = new Inbox();
    const got: number[] = [];
    for (const message of [1, 2, 3]) inbox.add(message);
    const receive = () =>
      inbox.receive((message: number) => {
        got.push(message);
        if (message === 1) throw new Error("refused");
      });
    expect(receive).toThrow("refused");
    inbox.add(4);
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it("receive() and next() throw while there is a receiver or a waiting next()", async () => {
    const inbox = new Inbox();
    const first = inbox.next();
    expect(() => inbox.receive(() => {})).toThrow(/may have only one at a time/);
    await expect(inbox.next()).rejects.toThrow(/may have only one at a time/);
    inbox.add(1);
    expect(await first).toBe(1);
    inbox.receive(() => {});
    expect(() => inbox.receive(() => {})).toThrow(/may have only one at a time/);
  });
});

function streams(): [StreamChannel, StreamChannel] {
  const [here, there] = socketPair().map((fd) => new StreamChannel(new Socket({ fd })));
  return [here as StreamChannel, there as StreamChannel];
}

interface Ends {
  readonly sender: Channel;
  readonly receiver: Pick<Channel, "receive">;
  /** The channels to close. */
  readonly open: readonly Channel[];
}

/** Makes the two ends of each kind of channel. */
const kinds: Record<string, () => Ends> = {
  "a thread's port": () => {
    const { port1, port2 } = new MessageChannel();
    const [sender, receiver] = [new PortChannel(port1), new PortChannel(port2)];
    return { sender, receiver, open: [sender, receiver] };
  },
  "a stream": () => {
    const [sender, receiver] = streams();
    return { sender, receiver, open: [sender, receiver] };
  },
  "a child's lazy stream": () => {
    const [here, there] = socketPair();
    const [sender, receiver] = [new StreamChannel(new Socket({ fd: there })), new LazyChannel(here)];
    return { sender, receiver, open: [sender, receiver] };
  },
  "the channel to a child's program": () => {
    const [sender, below] = streams();
    const receiver = new ParentChannel(below);
    below.receive((body) => receiver.deliver(body));
    return { sender, receiver, open: [sender, below] };
  },
};

describe.runIf(process.platform === "linux").each(Object.entries(kinds))("%s", (_, create) => {
  it("holds messages until there is a receiver, and has one receiver at a time", async () => {
    const { sender, receiver, open } = create();
    for (const channel of open) {
      channel.ref(true);
      onTestFinished(() => channel.close());
    }
    for (let i = 0; i < 100; i++) sender.send(i);
    await sender.flushed();
    // A turn of the event loop, in which messages may arrive.
    await new Promise((resolve) => setTimeout(resolve, 1));
    const got: number[] = [];
    await new Promise<void>((resolve) =>
      receiver.receive((message: number) => {
        got.push(message);
        if (message === 149) resolve();
        if (message === 99) for (let i = 100; i < 150; i++) sender.send(i);
      }),
    );
    expect(got).toEqual(Array.from({ length: 150 }, (_, i) => i));
    expect(() => receiver.receive(() => {})).toThrow(/may have only one at a time/);
  });
});
