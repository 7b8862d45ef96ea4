// What a raw worker, a forked or a spawned Node runs: tells when it was born, over what its parent gave it, and ends;
// with the argument "idle" it then stays. Imports nothing, since loading is part of what is measured.
const bornNs = Number(process.hrtime.bigint());
const { isMainThread, parentPort } = process.getBuiltinModule("node:worker_threads");

if (!isMainThread) parentPort?.postMessage(bornNs);
else if (process.send) process.send(bornNs, undefined, {}, () => !idle() && process.disconnect());
else process.stdout.write(`${bornNs}\n`);
if (idle()) setInterval(() => {}, 2 ** 30);

function idle(): boolean {
  return process.argv[2] === "idle";
}

export {};
