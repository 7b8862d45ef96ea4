import { Tinypool } from "tinypool";

const make = (runtime) => (workers) => {
  const pool = new Tinypool({
    runtime,
    filename: new URL("../job.js", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
  });
  return { call: (job, arg) => pool.run({ job, arg }), close: () => pool.destroy() };
};

export const thread = make("worker_threads");
export const process = make("child_process");
