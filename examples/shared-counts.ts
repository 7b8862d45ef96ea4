// Children count words in one dict of a manager. In Python:
//
//   with Manager() as manager:
//       counts, lock = manager.dict(), manager.Lock()
//       children = [Process(target=count, args=(text, counts, lock)) for text in texts]
//       …
import { Manager, Process } from "@manyhands/process";

type Counts = Awaited<ReturnType<typeof manager.dict<string, number>>>;
type Lock = Awaited<ReturnType<typeof manager.lock>>;

async function count(text: string, counts: Counts, lock: Lock): Promise<void> {
  for (const word of text.split(" ")) {
    await lock.acquire();
    await counts.set(word, ((await counts.get(word)) ?? 0) + 1);
    await lock.release();
  }
}

const manager = await new Manager().start();
const counts = await manager.dict<string, number>();
const lock = await manager.lock();
const texts = ["many hands make light work", "light hands", "many make work"];
const children = texts.map((text) => new Process(count, { args: [text, counts, lock], startMethod: "spawn" }).start());
for (const child of children) await child.join();

for (const [word, times] of (await counts.items()).sort()) console.log(`${word}: ${times}`);
await manager.shutdown();

// Output:
// hands: 2
// light: 2
// make: 2
// many: 2
// work: 2
