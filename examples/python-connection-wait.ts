// Python's `multiprocessing` page, "Listeners and clients": wait() for messages of several children at once.

import { type Connection, currentProcess, EndOfFileError, Pipe, Process, wait } from "@manyhands/process";

async function foo(w: Connection): Promise<void> {
  for (let i = 0; i < 3; i++) await w.send([i, currentProcess().name]);
  w.close();
}

let readers: Connection[] = [];
for (let i = 0; i < 4; i++) {
  const [r, w] = Pipe({ duplex: false });
  readers.push(r);
  new Process(foo, { args: [w] }).start();
  // Closed here, so that the child has the only writing end, and its end of file is read when the child closes it.
  w.close();
}

while (readers.length > 0) {
  for (const r of await wait(readers)) {
    try {
      console.log(...((await r.recv()) as [number, string]));
    } catch (error) {
      if (!(error instanceof EndOfFileError)) throw error;
      readers = readers.filter((each) => each !== r);
    }
  }
}

// Output, in any order:
// 0 Process-1
// 1 Process-1
// 2 Process-1
// 0 Process-2
// 1 Process-2
// 2 Process-2
// 0 Process-3
// 1 Process-3
// 2 Process-3
// 0 Process-4
// 1 Process-4
// 2 Process-4
