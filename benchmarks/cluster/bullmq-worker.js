// A worker of BullMQ: runs a job an item, or a chunk a job.
//
// Usage: node cluster/bullmq-worker.js URL
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { busy, increment } from "./job.js";

const jobs = { busy, increment };
const connection = new Redis(process.argv[2], { maxRetriesPerRequest: null });
const worker = new Worker(
  "peer",
  async ({ name, data }) => (Array.isArray(data) ? data.map((item) => jobs[name](item)) : jobs[name](data)),
  { connection, concurrency: 8 },
);
await worker.waitUntilReady();
console.log("ready");
