// Python's `multiprocessing.shared_memory` page: ShareableList.

import { ShareableList } from "@manyhands/process";

using a = new ShareableList(["howdy", Buffer.from("HoWdY"), -273.154, 100, null, true, 42]);
console.log(a.get(2));
a.set(2, -78.5);
console.log(a.get(2));
a.set(2, "dry ice");
console.log(a.get(2));
try {
  a.set(2, "larger than previously allocated storage space");
} catch (error) {
  console.log((error as Error).name);
}
console.log(a.length, a.index(42), a.count("howdy"));
using b = new ShareableList(undefined, { name: a.memory.name });
console.log(b.get(0));

// Output:
// -273.154
// -78.5
// dry ice
// RangeError
// 7 6 1
// howdy
