/** The standard normal quantile of a share above one half, by bisection. */
export function normalQuantile(share: number): number {
  let low = 0;
  let high = 10;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return low;
}

/** Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 26.2.17; error below 7.5e-8. */
function normalShare(at: number): number {
  const t = 1 / (1 + 0.2316419 * at);
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}
