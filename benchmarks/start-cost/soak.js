// Forks mixed work through the fork server, eight children at a time, and checks for failures and leaks.
//
//   node benchmarks/start-cost/soak.js [forks, default 10000] [minutes that it may take at most]
import { readdirSync, readFileSync } from "node:fs";
import { Process } from "@manyhands/process";

const job = new URL("../../packages/process/test/fixture/forked.js", import.meta.url);
const kinds = [
  ["work", [], 0],
  ["add", [1, 2], 0],
  ["leave", [7], 7],
  ["die", ["SIGKILL"], -9],
  ["work", [], 0],
  ["die", ["SIGTERM"], -15],
];
const atOnce = 8;
const forks = Number(process.argv[2] ?? 10_000);
const end = performance.now() + Number(process.argv[3] ?? Number.POSITIVE_INFINITY) * 60_000;

const serverPid = () =>
  readFileSync(`/proc/self/task/${process.pid}/children`, "latin1")
    .split(" ")
    .filter(Boolean)
    .find((pid) => readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("forkserver.js"));

const look = () => {
  const pid = serverPid();
  return {
    kilobytes: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    ownDescriptors: readdirSync("/proc/self/fd").length,
  };
};

let next = 0;
let failures = 0;
async function lane() {
  while (next < forks && performance.now() < end) {
    const [name, args, expected] = kinds[next++ % kinds.length];
    const child = new Process({ module: job, name }, { args, startMethod: "forkserver", stderr: "ignore" }).start();
    const code = await child.join({ timeoutMs: 30_000 });
    if (code === expected) continue;
    failures += 1;
    console.log(`child ${next} (${name}, pid ${child.pid}) ended with ${code}, not ${expected}`);
    child.kill();
  }
}

const warm = Math.min(100, forks);
await new Process({ module: job, name: "nothing" }, { startMethod: "forkserver" }).start().join();
const began = performance.now();
let settled;
const watch = setInterval(() => {
  if (next >= warm && settled === undefined) settled = look();
}, 5);
await Promise.all(Array.from({ length: atOnce }, lane));
clearInterval(watch);
const after = look();
const seconds = (performance.now() - began) / 1000;
console.log(
  JSON.stringify({
    node: process.version,
    forks: next,
    wanted: forks,
    failures,
    perSecond: Math.round(next / seconds),
    after100: settled,
    after,
  }),
);
process.exitCode = failures === 0 && next === forks ? 0 : 1;
