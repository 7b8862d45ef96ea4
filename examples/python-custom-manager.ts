// Python's `multiprocessing` page, "Customized managers".

import { Manager, type Proxied } from "@manyhands/process";

class MathsClass {
  add(x: number, y: number): number {
    return x + y;
  }
  mul(x: number, y: number): number {
    return x * y;
  }
}

class MyManager extends Manager {
  declare Maths: () => Promise<Proxied<MathsClass>>;
}
MyManager.register("Maths", MathsClass);

await using manager = await new MyManager().start();
const maths = await manager.Maths();
console.log(await maths.add(4, 3));
console.log(await maths.mul(7, 8));

// Output:
// 7
// 56
