import { fileURLToPath } from "node:url";
import workerpool from "workerpool";

export function open(workers) {
  const pool = workerpool.pool(fileURLToPath(new URL("./workerpool-worker.js", import.meta.url)), {
    minWorkers: workers,
    maxWorkers: workers,
    workerType: "thread",
  });
  return { call: (job, arg) => pool.exec(job, [arg]), close: () => pool.terminate() };
}
