// A program with a pool whose task does not end, to be killed.
//
// Usage: node cluster/client.js URL FILE LEASE_MS; prints "started"
import { cluster } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { waitOnce } from "./job.js";

const [, , url, file, leaseMs] = process.argv;
const pool = new Pool({ processes: 1, engine: cluster(url, { leaseMs: Number(leaseMs) }) });
console.log("started");
await pool.apply(waitOnce, [file]);
