// Calls that compile and calls that do not. `npx tsc -b` is the test: it fails when a line marked as an error compiles.
import { getContext, Process } from "@manyhands/process";

declare function equal<A>(): <B>(
  value: B,
) => (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function sum(a: number, b: number): number;
declare function later(name: string, options?: { loud?: boolean }): Promise<string>;
declare function overRest(first: Date, ...rest: readonly bigint[]): void;
declare function count(to: bigint): Generator<bigint, string>;
declare function lines(): AsyncGenerator<string>;
declare function maybeMany(): number[] | null;
declare function pick<T>(list: readonly T[]): T;

export async function compiles(): Promise<void> {
  equal<number>()(await new Process(sum, { args: [1, 2] }).start().result()) satisfies true;
  equal<string>()(await new Process(later, { args: ["a"] }).result()) satisfies true;
  equal<string>()(await new Process(later, { args: ["a", { loud: true }] }).result({ timeoutMs: 1 })) satisfies true;
  equal<void>()(await new Process(overRest, { args: [new Date(), 1n, 2n] }).result()) satisfies true;
  equal<number>()(await new Process({ target: sum, args: [1, 2], name: "sum" }).result()) satisfies true;
  equal<unknown>()(await new Process(pick, { args: [[1, 2]] }).result()) satisfies true;
  equal<boolean>()(await new Process(() => true).result()) satisfies true;
  equal<bigint[]>()(await new Process(count, { args: [2n] }).result()) satisfies true;
  equal<string[]>()(await new Process(lines).result()) satisfies true;
  equal<number[] | null>()(await new Process(maybeMany).result()) satisfies true;
  equal<number>()(await new (getContext("spawn").Process)(sum, { args: [1, 2] }).result()) satisfies true;
  new Process({ module: new URL("file:///job.js"), name: "job" }, { args: [1, "x"] });
  new Process(new URL("file:///job.js"), { args: [1] });
  new Process();

  class Job extends Process {
    override async run(): Promise<number> {
      return 1;
    }
  }
  new Job({ name: "job" }).start();
}

export function doesNotCompile(): void {
  // @ts-expect-error: one argument is a string
  new Process(sum, { args: [1, "2"] });
  // @ts-expect-error: one argument is missing
  new Process(sum, { args: [1] });
  // @ts-expect-error: all arguments are missing
  new Process(sum);
  // @ts-expect-error: all arguments are missing, though there are other options
  new Process(sum, { name: "sum" });
  // @ts-expect-error: there is one argument too many
  new Process(sum, { args: [1, 2, 3] });
  // @ts-expect-error: the arguments are not a list
  new Process(sum, { args: 1 });
  // @ts-expect-error: the options of the target are wrong
  new Process(later, { args: ["a", { loud: "yes" }] });
  // @ts-expect-error: arguments are checked also when the target is an option
  new Process({ target: sum, args: [1, "2"] });
  // @ts-expect-error: there is no option of that name
  new Process(sum, { arg: [1, 2] });
  // @ts-expect-error: there is no such start method
  new Process(sum, { args: [1, 2], startMethod: "clone" });
  // @ts-expect-error: a target is a function, an export of a module, or a URL
  new Process("sum");
  // @ts-expect-error: a class is not a target
  new Process(class {});
  // @ts-expect-error: the name of the export is missing
  new Process({ module: "file:///job.js" });
  // @ts-expect-error: the result is a number
  const text: Promise<string> = new Process(sum, { args: [1, 2] }).result();
  void text;
  // @ts-expect-error: the option is timeoutMs
  void new Process(sum, { args: [1, 2] }).join({ timeout: 1 });
  // @ts-expect-error: arguments are checked also in a context
  new (getContext("thread").Process)(sum, { args: ["1", 2] });
}
