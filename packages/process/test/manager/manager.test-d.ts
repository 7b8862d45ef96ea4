// What the types of managers say. `npx tsc -b` is the test: it fails when a line marked as an error compiles.
import {
  type DictProxy,
  getValue,
  type ListProxy,
  type LockProxy,
  Manager,
  type Proxied,
  type QueueProxy,
} from "@manyhands/process";

declare function equal<A>(): <B>(
  value: B,
) => (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

class Stock {
  amount = 0;
  add(amount: number): number {
    this.amount += amount;
    return this.amount;
  }
}

export async function compiles(): Promise<void> {
  const Shop = class extends Manager {}
    .register("stock", Stock)
    .register("till", async (name: string) => ({ open: () => name }))
    .register("remote");
  const shop = await new Shop({ startMethod: "thread" }).start();
  const stock = await shop.stock();
  equal<Proxied<Stock>>()(stock) satisfies true;
  equal<Promise<number>>()(stock.add(1)) satisfies true;
  equal<Promise<number>>()(stock.amount) satisfies true;
  equal<Promise<string>>()((await shop.till("left")).open()) satisfies true;
  equal<number>()(await (await shop.create<Stock>("remote")).add(1)) satisfies true;
  const remote = await shop.remote(1, "any");
  await remote.whatever(1);
  equal<number[]>()(await getValue<number[]>(await shop.list([1]))) satisfies true;
  const list: ListProxy<number> = await shop.list([1]);
  const dict: DictProxy<string, boolean> = await shop.dict<string, boolean>();
  const queue: QueueProxy<string> = await shop.queue<string>();
  const lock: LockProxy = await shop.lock();
  equal<number>()(await lock.hold(() => 1)) satisfies true;
  for (const proxy of [list, dict, queue, lock]) proxy[Symbol.dispose]();
  class Larger extends Shop {}
  await (await new Larger().stock()).add(1);
}

export async function doesNotCompile(shop: InstanceType<typeof Shop>): Promise<void> {
  // @ts-expect-error: the argument is a number
  (await shop.stock()).add("1");
  // @ts-expect-error: there is no such type
  await shop.nothing();
  // @ts-expect-error: the name is missing
  await shop.till();
}

class ShopManager extends Manager {}
const Shop = ShopManager.register("stock", Stock).register("till", (name: string) => ({ open: () => name }));
