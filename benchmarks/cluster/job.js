// The jobs of both sides.
export const increment = (x) => x + 1;

/** Keeps a processor busy for `ms` milliseconds, and returns them. */
export function busy(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}
