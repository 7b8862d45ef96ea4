import { readdirSync } from "node:fs";

/** How many threads this process has, those of addons included; 0 without /proc, when the system does not say. */
export function countThreads(): number {
  try {
    return readdirSync("/proc/self/task").length;
  } catch {
    return 0;
  }
}

/** Starts all threads of libuv's thread pool, which otherwise start with the first work for them. */
export async function startThreadPool(): Promise<void> {
  await new Promise((resolve) => process.getBuiltinModule("node:fs").stat("/", resolve));
}
