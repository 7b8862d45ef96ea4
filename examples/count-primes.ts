// Counts primes on all cores: one child for each core counts in its part of the range.
import { cpuCount, Process } from "@manyhands/process";

function countPrimes(from: number, to: number): number {
  let count = 0;
  for (let n = Math.max(2, from); n < to; n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n && isPrime; d++) isPrime = n % d !== 0;
    if (isPrime) count++;
  }
  return count;
}

const limit = 300_000;
const parts = cpuCount();
const children = Array.from({ length: parts }, (_, part) => {
  const from = Math.floor((limit * part) / parts);
  const to = Math.floor((limit * (part + 1)) / parts);
  return new Process(countPrimes, { args: [from, to] }).start();
});
const counts = await Promise.all(children.map((child) => child.result()));
console.log(`${counts.reduce((sum, count) => sum + count)} primes below ${limit}`);

// Output:
// 25997 primes below 300000
