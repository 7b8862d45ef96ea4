/** What a child of ours does: tells when it was born, on the machine-wide monotonic clock. */
export function newborn(): number {
  // Not when this module began: a forked child finds it loaded, and so long since begun.
  return Number(process.hrtime.bigint());
}

/** A child of ours that says so when it runs, and stays until it is terminated. */
export function idle(): Promise<never> {
  process.stdout.write("idle\n");
  setInterval(() => {}, 2 ** 30);
  return new Promise(() => {});
}
