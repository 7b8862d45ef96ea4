// The program of a Worker, and of a forked or spawned Node process. It sends the time of its first instruction, then
// the time at which its first message came, and ends at the second message. It loads only what it needs: loading is
// part of the measurement.
const startedNs = Number(process.hrtime.bigint());
const { isMainThread, parentPort } = process.getBuiltinModule("node:worker_threads");

if (!isMainThread)
  serve(
    (stamp) => parentPort?.postMessage(stamp),
    parentPort,
    () => parentPort?.close(),
  );
else if (process.send)
  serve(
    (stamp) => process.send?.(stamp),
    process,
    () => process.disconnect(),
  );
else
  serve(
    (stamp) => process.stdout.write(`${stamp}\n`),
    process.stdin,
    () => process.stdin.destroy(),
  );

/**
 * Works over IPC, a port and a pipe alike. The parent sends two messages, the second one after the answer to the
 * first.
 */
function serve(
  send: (stamp: number) => unknown,
  source: { on(event: string, listener: () => void): unknown } | null,
  end: () => void,
): void {
  let jobs = 0;
  source?.on(source === process.stdin ? "data" : "message", () => {
    if (jobs++ === 0) send(Number(process.hrtime.bigint()));
    else end();
  });
  send(startedNs);
}

export {};
