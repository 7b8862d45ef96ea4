import { EventEmitter } from "node:events";
import {
  Client,
  getAllStartMethods,
  getContext,
  Listener,
  Manager,
  Pool,
  Process,
  registerClass,
} from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { doubled, Money, readFrom } from "../fixture/callable/money.js";

/** Not exported, so that it is sent as text. */
class Account {
  #log: Money[];
  constructor(log: Money[]) {
    this.#log = log;
  }
  get log(): readonly Money[] {
    return this.#log;
  }
  get total(): number {
    return this.#log.reduce((sum, { cents }) => sum + cents, 0);
  }
}
registerClass(Account, {
  toPlain: ({ log }) => ({ log: [...log] }),
  fromPlain: ({ log }: { log: Money[] }) => new Account(log),
});

class Journal extends Map<string, number> {
  #writes = 0;
  override set(key: string, value: number): this {
    this.#writes = (this.#writes ?? 0) + 1;
    return super.set(key, value);
  }
  get writes(): number {
    return this.#writes;
  }
}
registerClass(Journal, {
  toPlain: (journal) => [...journal],
  fromPlain: (entries: [string, number][]) => {
    const journal = new Journal();
    for (const [key, value] of entries) journal.set(key, value);
    return journal;
  },
});

class Bus extends EventEmitter {
  readonly topic: string;
  constructor(topic: string) {
    super();
    this.topic = topic;
  }
}
registerClass(Bus, { toPlain: ({ topic }) => topic, fromPlain: (topic: string) => new Bus(topic) });
registerClass(URLSearchParams, { toPlain: String, fromPlain: (text: string) => new URLSearchParams(text) });

const sum = (account: Account) => account.total;
const addTo = (account: Account) => new Account([...account.log, account.log[0] as Money]);
const described = (journal: Journal, bus: Bus, query: URLSearchParams) =>
  [journal.get("a"), journal.writes, bus.topic, query.get("q")].join();
const echo = <T>(value: T): T => value;

describe.each(getAllStartMethods().filter((method) => method !== "fork"))("a registered class by %s", (startMethod) => {
  const run = <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) =>
    new Process(fn, { args, startMethod }).start().result();

  it("its objects are arguments and results", async () => {
    const money = await run(doubled as (money: Money) => Money, new Money(21));
    expect([money instanceof Money, money.cents]).toEqual([true, 42]);
    const account = new Account([new Money(1), new Money(2)]);
    expect(await run(sum, account)).toBe(3);
    const longer = await run(addTo, account);
    expect([longer instanceof Account, longer.total, longer.log[2] instanceof Money]).toEqual([true, 4, true]);
    const journal = new Journal().set("a", 1).set("b", 2);
    const query = new URLSearchParams("q=7");
    expect(await run(described, journal, new Bus("news"), query)).toBe("1,2,news,7");
    const echoed = await run(echo, journal);
    expect([echoed instanceof Journal, echoed.writes, [...echoed]]).toEqual([true, 2, [...journal]]);
  });

  it("its objects keep their identity within one value", async () => {
    const money = new Money(5);
    const [a, b] = await run(echo, [money, money] as const);
    expect([a === b, a.cents]).toEqual([true, 5]);
  });

  it("its objects are items of queues, pipes and pools", async () => {
    const { Queue, Pipe } = getContext(startMethod);
    const queue = new Queue<unknown>();
    const child = new Process(readFrom, { args: [queue], startMethod }).start();
    await queue.put(new Money(8));
    expect(await child.result()).toBe(8);
    await queue.put(new Account([new Money(9)]));
    expect(((await queue.get()) as Account).total).toBe(9);
    const [reader, writer] = Pipe();
    await writer.send({ account: new Account([new Money(3)]) });
    expect(((await reader.recv()) as { account: Account }).account.total).toBe(3);
    for (const end of [reader, writer]) end.close();
    await using pool = new Pool({ processes: 1, startMethod });
    const accounts = [1, 2, 3].map((cents) => new Account([new Money(cents)]));
    expect(await pool.map(sum, accounts)).toEqual([1, 2, 3]);
    expect((await pool.map(addTo, accounts)).map(({ total }) => total)).toEqual([2, 4, 6]);
  });
});

describe("registerClass()", () => {
  it("makes a manager and a socket connection take objects of the class", async () => {
    await using manager = await new Manager({ startMethod: "thread" }).start(async () => {
      await import(new URL("../fixture/callable/money.js", import.meta.url).href);
    });
    const dict = await manager.dict<string, Money>();
    await dict.set("price", new Money(12));
    expect((await dict.get("price"))?.cents).toBe(12);

    const authKey = Buffer.from("secret");
    using listener = await new Listener({ authKey }).ready;
    const [server, client] = await Promise.all([listener.accept(), Client(listener.address, { authKey })]);
    await client.send({ price: new Money(7) });
    expect(((await server.recv()) as { price: Money }).price.cents).toBe(7);
    for (const end of [server, client]) end.close();
  });

  it("refuses what is no class, a reducer without functions, and a second class of one name", () => {
    const reducer = { toPlain: () => 0, fromPlain: () => ({}) };
    expect(() => registerClass((() => {}) as never, reducer)).toThrow(/write a class that has a name$/);
    expect(() => registerClass(class Half {}, { toPlain: () => 0 } as never)).toThrow(
      "Cannot register the class Half: fromPlain is undefined, write a function",
    );
    expect(() => registerClass(Map, reducer as never)).toThrow(/^Cannot register the class Map: it is built in/);
    const other = { Money: class Money {} };
    expect(() => registerClass(other.Money, reducer)).toThrow(/^Cannot register the class Money: another class has/);
    expect(() =>
      registerClass(Money, { toPlain: ({ cents }) => cents, fromPlain: (c: number) => new Money(c) }),
    ).not.toThrow();
  });
});
