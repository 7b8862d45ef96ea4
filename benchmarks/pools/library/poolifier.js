import { fileURLToPath } from "node:url";
import { FixedThreadPool } from "poolifier";

export function open(workers) {
  const pool = new FixedThreadPool(workers, fileURLToPath(new URL("./poolifier-worker.js", import.meta.url)));
  return { call: (job, arg) => pool.execute({ job, arg }), close: () => pool.destroy() };
}
