import { defineKernel, expectEqual, type Kernel, type Size } from "./kernel.ts";

/** The result of one batch of pairs: accepted pairs by annulus, and the sums of both deviates. */
interface Tally {
  readonly annuli: number[];
  readonly sumX: number;
  readonly sumY: number;
}

interface Published {
  /** The job makes 2^power pairs. */
  readonly power: number;
  readonly pairs?: number;
  readonly annuli?: readonly number[];
  readonly sumX?: number;
  readonly sumY?: number;
}

const published: Record<Size, Published> = {
  tiny: { power: 18, pairs: 205_458, annuli: [96_200, 91_230, 16_950, 1_056, 22] },
  small: { power: 20, pairs: 823_561, annuli: [384_310, 366_072, 68_758, 4_318, 103] },
  medium: {
    power: 24,
    pairs: 13_176_389,
    annuli: [6_140_517, 5_865_300, 1_100_361, 68_546, 1_648, 17],
    sumX: -3247.83465203474,
    sumY: -6958.407078382297,
  },
  large: { power: 25, sumX: -2863.319731645753, sumY: -6320.053679109499 },
};

const multiplier = 5 ** 13;
const seed = 271_828_183;
const half = 2 ** 23;

/** x·y modulo 2^46, exact in doubles: each factor is split into halves of 23 bits. */
function timesModulo(x: number, y: number): number {
  const x1 = Math.floor(x / half);
  const y1 = Math.floor(y / half);
  const y2 = y - half * y1;
  const cross = x1 * y2 + (x - half * x1) * y1;
  const low = half * (cross - half * Math.floor(cross / half)) + (x - half * x1) * y2;
  return low - 2 ** 46 * Math.floor(low / 2 ** 46);
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (
    let square = base, rest = exponent;
    rest > 0;
    rest = Math.floor(rest / 2), square = timesModulo(square, square)
  ) {
    if (rest % 2 === 1) result = timesModulo(result, square);
  }
  return result;
}

/** Generates the pairs `first` … `first + count − 1` of the sequence; each pair uses two random numbers. */
function tally(first: number, count: number): Tally {
  const annuli = new Array<number>(10).fill(0);
  let sumX = 0;
  let sumY = 0;
  let state = timesModulo(power(multiplier, 2 * first), seed);
  for (let pair = 0; pair < count; pair++) {
    state = timesModulo(multiplier, state);
    const x = 2 * (state * 2 ** -46) - 1;
    state = timesModulo(multiplier, state);
    const y = 2 * (state * 2 ** -46) - 1;
    const square = x * x + y * y;
    if (square > 1) continue;
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    const deviateX = x * scale;
    const deviateY = y * scale;
    const annulus = Math.floor(Math.max(Math.abs(deviateX), Math.abs(deviateY)));
    annuli[annulus] = (annuli[annulus] as number) + 1;
    sumX += deviateX;
    sumY += deviateY;
  }
  return { annuli, sumX, sumY };
}

/**
 * Gaussian pairs by acceptance and rejection: floating point, logarithms and a 46-bit generator, without memory
 * traffic.
 *
 * Each chunk skips to its part of the sequence, so chunks are independent. Counts are compared exactly, sums to 1e-8:
 * their last bits depend on the bounds of the chunks.
 *
 * Source: NAS Parallel Benchmarks, EP; constants of the classes from versions 3.3 and 3.4.
 */
export const ep = epKernel("ep", "EP classes S and W", (size) => published[size]);

/** Class A for every size: about 17 seconds of one core. */
export const epA = epKernel("ep-a", "EP class A", () => ({
  power: 28,
  sumX: -4295.875165629892,
  sumY: -15807.32573678431,
}));

/** Class B for every size: more than a minute of one core. */
export const epB = epKernel("ep-b", "EP class B", () => ({
  power: 30,
  sumX: 40338.15542441498,
  sumY: -26606.69192809235,
}));

function epKernel(id: string, variant: string, publishedOf: (size: Size) => Published): Kernel<Tally> {
  return defineKernel({
    id,
    title: "Gaussian pairs (NAS EP)",
    module: import.meta.url,
    bound: "compute",
    source: `NAS Parallel Benchmarks 3.4, ${variant}`,
    prepare(size) {
      const expected = publishedOf(size);
      const batch = 2 ** Math.min(16, expected.power - 8);
      return {
        chunks: 2 ** expected.power / batch,
        run: (chunk) => tally(chunk * batch, batch),
        check: (parts) => differenceOf(parts, expected),
      };
    },
  });
}

/** The first difference from the published answer, as text; `undefined` when there is none. */
function differenceOf(parts: readonly Tally[], expected: Published): string | undefined {
  const annuli = new Array<number>(10).fill(0);
  for (const part of parts)
    part.annuli.forEach((count, at) => {
      annuli[at] = (annuli[at] as number) + count;
    });
  const pairs = annuli.reduce((sum, count) => sum + count, 0);
  return (
    (expected.pairs === undefined ? undefined : expectEqual("number of pairs", pairs, expected.pairs)) ??
    expected.annuli?.map((count, at) => expectEqual(`annulus ${at}`, annuli[at] as number, count)).find(Boolean) ??
    expectNear("sum of x", sum(parts, "sumX"), expected.sumX) ??
    expectNear("sum of y", sum(parts, "sumY"), expected.sumY)
  );
}

function sum(parts: readonly Tally[], key: "sumX" | "sumY"): number {
  return parts.reduce((total, part) => total + part[key], 0);
}

function expectNear(name: string, actual: number, expected: number | undefined): string | undefined {
  if (expected === undefined || Math.abs(actual / expected - 1) <= 1e-8) return undefined;
  return `${name} is ${actual}, published is ${expected}`;
}
