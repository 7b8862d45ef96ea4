/** The target of a measured child: returns the time at which it runs, on the machine-wide monotonic clock. */
export function reportStartTime(): number {
  // Not the load time of this module: in a forked child the module was loaded by the parent.
  return Number(process.hrtime.bigint());
}

/** The target of an idle child: reports that it runs, then waits until it is terminated. */
export function idle(): Promise<never> {
  process.stdout.write("idle\n");
  setInterval(() => {}, 2 ** 30);
  return new Promise(() => {});
}
