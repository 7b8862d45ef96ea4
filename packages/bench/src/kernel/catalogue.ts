import { ep } from "./ep.ts";
import type { Kernel } from "./kernel.ts";
import { mandelbrot } from "./mandelbrot.ts";
import { primes } from "./primes.ts";

/** The shipped kernels, in the order in which they are measured. */
export const catalogue: readonly Kernel[] = [ep, mandelbrot, primes];
