// Calls that compile and calls that do not. `npx tsc -b` is the test: it fails when a line marked as an error compiles.
import { asCompleted, type Future, getContext, type Pool, type ProcessPoolExecutor } from "@manyhands/process";

declare function equal<A>(): <B>(
  value: B,
) => (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function sum(a: number, b: number): number;
declare function later(name: string, options?: { loud?: boolean }): Promise<string>;
declare function count(to: number): Generator<bigint, string>;
declare const pool: Pool;
declare const executor: ProcessPoolExecutor;

export async function compiles(): Promise<void> {
  equal<number>()(await pool.apply(sum, [1, 2])) satisfies true;
  equal<string>()(await pool.apply(later, ["a"], { timeoutMs: 1 })) satisfies true;
  equal<boolean>()(await pool.apply(() => true)) satisfies true;
  equal<bigint[]>()(await pool.apply(count, [2])) satisfies true;
  equal<string[]>()(await pool.map(later, ["a"])) satisfies true;
  equal<number[]>()(await pool.map((x: number) => x, new Set([1]))) satisfies true;
  equal<number[]>()(await pool.starmap(sum, [[1, 2]])) satisfies true;
  for await (const answer of pool.imap(later, ["a"])) equal<string>()(answer) satisfies true;
  const collected = await pool.map(later, ["a"], { onError: "collect", itemTimeoutMs: 5 });
  equal<PromiseSettledResult<string>[]>()(collected) satisfies true;
  for await (const answer of pool.imap(later, ["a"], { onError: "collect" }))
    equal<PromiseSettledResult<string>>()(answer) satisfies true;
  for await (const answer of pool.imapUnordered(count, [1])) equal<bigint[]>()(answer) satisfies true;
  const future = executor.submit(sum, 1, 2);
  equal<Future<number>>()(future) satisfies true;
  equal<number>()(await future) satisfies true;
  equal<number>()(await future.result({ timeoutMs: 1 })) satisfies true;
  equal<string>()(await executor.submit(later, "a", { loud: true })) satisfies true;
  for await (const answer of executor.map(sum, [1], [2])) equal<number>()(answer) satisfies true;
  const inputs = new Map(["a"].map((name) => [executor.submit(later, name), name] as const));
  for await (const completed of asCompleted(inputs)) {
    equal<Future<string>>()(completed) satisfies true;
    equal<string | undefined>()(inputs.get(completed)) satisfies true;
    equal<string>()(await completed.result()) satisfies true;
  }
  for await (const completed of asCompleted(inputs.keys())) equal<Future<string>>()(completed) satisfies true;
  for await (const completed of asCompleted([future])) equal<string>()(completed.state as string) satisfies true;
  equal<number>()(await new (getContext("spawn").Pool)(1).apply(sum, [1, 2])) satisfies true;
  await pool.apply({ module: new URL("file:///job.js"), name: "job" }, [1, "x"]);
}

export async function doesNotCompile(): Promise<void> {
  // @ts-expect-error: one argument is a string
  void pool.apply(sum, [1, "2"]);
  // @ts-expect-error: one argument is missing
  void pool.apply(sum, [1]);
  // @ts-expect-error: all arguments are missing
  void pool.apply(sum);
  // @ts-expect-error: one argument too many
  void pool.apply(sum, [1, 2, 3]);
  // @ts-expect-error: the arguments are no list
  void pool.apply(sum, 1);
  // @ts-expect-error: the result is a number
  const text: Promise<string> = pool.apply(sum, [1, 2]);
  // @ts-expect-error: there is no such option
  void pool.apply(sum, [1, 2], { timeout: 1 });
  // @ts-expect-error: the items are numbers
  void pool.map(later, [1]);
  // @ts-expect-error: a function of two arguments is for starmap
  void pool.map(sum, [1]);
  // @ts-expect-error: the items are no iterable
  void pool.map(later, 1);
  // @ts-expect-error: the answers are strings
  const numbers: Promise<number[]> = pool.map(later, ["a"]);
  // @ts-expect-error: one of an item's arguments is a string
  void pool.starmap(sum, [[1, "2"]]);
  // @ts-expect-error: one of an item's arguments is missing
  void pool.starmap(sum, [[1]]);
  // @ts-expect-error: the items are numbers
  pool.imap(later, [1]);
  // @ts-expect-error: one argument is a string
  executor.submit(sum, 1, "2");
  // @ts-expect-error: one argument is missing
  executor.submit(sum, 1);
  // @ts-expect-error: the result is a number
  const future: Future<string> = executor.submit(sum, 1, 2);
  // @ts-expect-error: the second arguments are numbers
  executor.map(sum, [1], ["2"]);
  // @ts-expect-error: the loop's variable is the future, not its value
  for await (const value of asCompleted([executor.submit(sum, 1, 2)])) value.toFixed();
  // @ts-expect-error: promises are no futures
  asCompleted([Promise.resolve(1)]);
  // @ts-expect-error: a context's pool checks arguments too
  void new (getContext("thread").Pool)(1).apply(sum, ["1", 2]);
  void [text, numbers, future];
}
