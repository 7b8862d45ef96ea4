// A program that lets a pool work when it is asked to, and answers with the time that it took.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { Pool } from "@manyhands/process";

const [, , startMethod, times, answer] = process.argv;
const pool = new Pool({ startMethod, processes: 1 });

const hashTimes = (times) => {
  let hash = Buffer.alloc(32);
  for (let i = 0; i < times; i++) hash = createHash("sha256").update(hash).digest();
  return hash.toString("hex");
};

/** The processor time of this process and of its worker, in milliseconds; 0 where the system has no exact figure. */
function processorMs() {
  const pids = new Set([process.pid, ...pool.stats().workers.map(({ pid }) => pid)]);
  let sum = 0;
  for (const pid of pids) {
    for (const thread of threadsOf(pid)) {
      sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]) / 1e6;
    }
  }
  return sum;
}

function threadsOf(pid) {
  return process.platform === "linux" ? readdirSync(`/proc/${pid}/task`) : [];
}

const same = (value) => value;

/** What the program can be asked to do so many times; each gives the answers. */
const works = {
  chunks: (count) => pool.map(hashTimes, new Array(count).fill(Number(times))),
  items: (count) => pool.map(hashTimes, new Array(count).fill(Number(times)), { chunkSize: 1 }),
  async calls(count) {
    const answers = [];
    for (let i = 0; i < count; i++) answers.push(await pool.apply(same, [answer]));
    return answers;
  },
};

process.on("message", async ({ work, count }) => {
  const [began, usedMs] = [performance.now(), processorMs()];
  const answers = await works[work](count);
  const [ms, cpuMs] = [performance.now() - began, processorMs() - usedMs];
  if (answers.length !== count || answers.some((each) => each !== answer)) throw new Error("a wrong answer");
  process.send({ ms, cpuMs });
});
process.once("disconnect", () => process.exit());
// V8 compiles the code of calls and of the recorder meanwhile.
await works.calls(3000);
process.send("ready");
