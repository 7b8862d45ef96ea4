import { Pool } from "@manyhands/process";

const module = new URL("../job.js", import.meta.url);
const jobs = { increment: { module, name: "increment" }, busy: { module, name: "busy" } };

const open = (startMethod) => (workers) => {
  const pool = new Pool({ processes: workers, startMethod });
  return {
    call: (job, arg) => pool.apply(jobs[job], [arg]),
    map: (job, args) => pool.map(jobs[job], args),
    async close() {
      pool.close();
      await pool.join();
    },
  };
};

export const thread = open("thread");
export const spawn = open("spawn");
