// Python's `concurrent.futures` page, "ProcessPoolExecutor example".

import { ProcessPoolExecutor } from "@manyhands/process";

const primes = [112272535095293, 112582705942171, 115280095190773, 115797848077099, 1099726899285419];

function isPrime(n: number): boolean {
  if (n < 2) return false;
  if (n === 2) return true;
  if (n % 2 === 0) return false;
  for (let i = 3; i * i <= n; i += 2) if (n % i === 0) return false;
  return true;
}

await using executor = new ProcessPoolExecutor();
let i = 0;
for await (const prime of executor.map(isPrime, primes)) console.log(`${primes[i++]} is prime: ${prime}`);

// Output:
// 112272535095293 is prime: true
// 112582705942171 is prime: true
// 115280095190773 is prime: true
// 115797848077099 is prime: true
// 1099726899285419 is prime: false
