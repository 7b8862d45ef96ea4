// What every library's workers run, by the name of the job.
export const increment = (x) => x + 1;

/** Keeps a processor busy for so many milliseconds, and gives them back. */
export function busy(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

const jobs = { increment, busy };

/** For libraries that call one function: `{ job, arg }`. */
export default ({ job, arg }) => jobs[job](arg);
