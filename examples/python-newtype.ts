// Python's `multiprocessing` page, "Examples": managers of one's own types, with chosen methods and generators.

import { Manager, type Proxied } from "@manyhands/process";

class Foo {
  f(): string {
    return "you called Foo.f()";
  }
  g(): string {
    return "you called Foo.g()";
  }
  _h(): string {
    return "you called Foo._h()";
  }
}

function* baz(): Generator<number> {
  for (let i = 0; i < 5; i++) yield i * i;
}

class MyManager extends Manager {
  declare Foo1: () => Promise<Proxied<Pick<Foo, "f" | "g">>>;
  declare Foo2: () => Promise<Proxied<Pick<Foo, "g" | "_h">>>;
  declare baz: () => Promise<AsyncIterable<number>>;
  declare math: () => Promise<Proxied<{ max(...values: number[]): number; hypot(...values: number[]): number }>>;
}
MyManager.register("Foo1", Foo);
MyManager.register("Foo2", Foo, { exposed: ["g", "_h"] });
MyManager.register("baz", baz);
MyManager.register("math", () => Math, { exposed: ["max", "hypot"] });

await using manager = await new MyManager().start();

const f1 = await manager.Foo1();
console.log(await f1.f());
console.log(await f1.g());
console.log("_h" in f1);

const f2 = await manager.Foo2();
console.log(await f2.g());
console.log(await f2._h());
console.log("f" in f2);

for await (const i of await manager.baz()) console.log(`<${i}>`);

const math = await manager.math();
console.log(await math.max(23, 45), await math.hypot(3, 4));

// Output:
// you called Foo.f()
// you called Foo.g()
// false
// you called Foo.g()
// you called Foo._h()
// false
// <0>
// <1>
// <4>
// <9>
// <16>
// 45 5
