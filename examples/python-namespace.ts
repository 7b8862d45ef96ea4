// Python's `multiprocessing` page, "Namespace".

import { Manager } from "@manyhands/process";

await using manager = await new Manager().start();
const Global = await manager.namespace();
await Global.set("x", 10);
await Global.set("y", "hello");
await Global.set("_z", 12.3); // stays in this proxy
console.log(await Global.get("x"), await Global.get("y"), await Global.get("_z"));
console.log(await Global.toString());

// Output:
// 10 hello 12.3
// Namespace(x=10, y='hello')
