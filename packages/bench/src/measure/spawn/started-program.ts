// What a raw worker, a forked or a spawned Node runs: tells when it was born, tells of its first message when that came,
// ends when it is asked to; with the argument "idle" it stays until it is killed. Loads nothing that it does not need,
// since loading is part of what is measured.
const bornNs = Number(process.hrtime.bigint());
const { isMainThread, parentPort } = process.getBuiltinModule("node:worker_threads");

if (!isMainThread)
  serve(
    (word) => parentPort?.postMessage(word),
    parentPort,
    () => parentPort?.close(),
  );
else if (process.send)
  serve(
    (word) => process.send?.(word),
    process,
    () => process.disconnect(),
  );
else
  serve(
    (word) => process.stdout.write(`${word}\n`),
    process.stdin,
    () => process.stdin.destroy(),
  );

/** Over IPC, a port and a pipe alike: two messages come, each awaited before the next is sent. */
function serve(
  say: (word: number) => unknown,
  source: { on(event: string, listener: () => void): unknown } | null,
  end: () => void,
): void {
  let jobs = 0;
  source?.on(source === process.stdin ? "data" : "message", () => {
    if (jobs++ === 0) say(Number(process.hrtime.bigint()));
    else end();
  });
  say(bornNs);
}

export {};
