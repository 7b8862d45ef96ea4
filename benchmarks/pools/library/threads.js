import { Pool, spawn, Worker } from "threads";

export function open(workers) {
  const pool = Pool(() => spawn(new Worker("./threads-worker.js")), workers);
  return { call: (job, arg) => pool.queue((worker) => worker[job](arg)), close: () => pool.terminate() };
}
