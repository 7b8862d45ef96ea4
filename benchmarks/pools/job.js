// The jobs that every library's workers run, by name.
export const increment = (x) => x + 1;

/** Keeps a processor busy for `ms` milliseconds, and returns them. */
export function busy(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

const jobs = { increment, busy };

/** For libraries that call one function: `{ job, arg }`. */
export default ({ job, arg }) => jobs[job](arg);
