// The common part of all benchmarks: interleaved rounds, and ratios within a round.
import { medianInterval, pairedRatio } from "@manyhands/bench";

/**
 * Times rows in rounds. In each round every row runs once, in a new random order, so that a drift of the machine's
 * speed affects all rows alike.
 *
 * @param {Record<string, () => unknown>} rows each runs its work once, checks its own answer and throws when it is
 *   wrong.
 * @param {{ rounds: number, warmUp?: number, seed?: number }} options `warmUp` rounds come first and are not counted.
 *   Default: 2.
 * @returns {Promise<Record<string, number[]>>} milliseconds by row, in the order of the rounds.
 */
export async function interleave(rows, options) {
  const timed = ([name, row]) => [
    name,
    async () => {
      const began = performance.now();
      await row();
      return performance.now() - began;
    },
  ];
  return interleaveTook(Object.fromEntries(Object.entries(rows).map(timed)), options);
}

/** As {@link interleave}, for rows that return their own time in milliseconds, such as rows in another process. */
export async function interleaveTook(rows, { rounds, warmUp = 2, seed = 1 }) {
  const names = Object.keys(rows);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  const random = generator(seed);
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of shuffle(names, random)) {
      const took = await rows[name]();
      if (round >= 0) samples[name].push(took);
    }
    progress(`round ${Math.max(0, round + 1)} of ${rounds}`);
  }
  progress("");
  return samples;
}

/** The median. */
export function median(values) {
  return medianInterval(values).value;
}

/**
 * The ratio of two rows of one run: the median of the ratios of the rounds, with its 95 % interval. With fewer than six
 * rounds there is no interval.
 */
export function ratio(samples, a, b) {
  const { value, low, high } = pairedRatio(samples[a], samples[b]);
  return { ratio: value, ...(Number.isFinite(high) ? { low, high } : {}) };
}

/** A seeded generator of numbers in [0, 1): mulberry32. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffle(items, random) {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled;
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
