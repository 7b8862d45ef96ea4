import { Piscina } from "piscina";

export function open(workers) {
  const pool = new Piscina({
    filename: new URL("../job.js", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
  });
  return { call: (job, arg) => pool.run({ job, arg }), close: () => pool.destroy() };
}
