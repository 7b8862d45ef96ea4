/** When this module began to run, on the machine-wide monotonic clock. */
const bornNs = Number(process.hrtime.bigint());

/** What a child of ours does: tells when it was born. */
export function newborn(): number {
  return bornNs;
}

/** A child of ours that says so when it runs, and stays until it is terminated. */
export function idle(): Promise<never> {
  process.stdout.write("idle\n");
  setInterval(() => {}, 2 ** 30);
  return new Promise(() => {});
}
