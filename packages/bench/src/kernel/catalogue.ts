import { ep, epA, epB } from "./ep.ts";
import { gameOfLife } from "./game-of-life.ts";
import { json } from "./json.ts";
import type { Kernel } from "./kernel.ts";
import { mandelbrot } from "./mandelbrot.ts";
import { matmul } from "./matmul.ts";
import { nbody } from "./nbody.ts";
import { pbkdf2 } from "./pbkdf2.ts";
import { primes } from "./primes.ts";
import { queens } from "./queens.ts";
import { triad } from "./triad.ts";

/** The shipped kernels, in the order in which they are measured. */
export const catalogue: readonly Kernel[] = [
  ep,
  mandelbrot,
  primes,
  queens,
  nbody,
  matmul,
  triad,
  pbkdf2,
  json,
  gameOfLife,
];

/** Kernels that take so long that they are measured only when the user names them. */
export const longKernels: readonly Kernel[] = [epA, epB];

/** The default kernels: three kinds of arithmetic, in little more than a minute. */
export const shortList: readonly Kernel[] = [ep, mandelbrot, primes];
