// The target of a pool's worker process, which the pool names by this file's URL.
export { work } from "../pool/worker/work-in-process.ts";
