// Shows what a parent sees of a child that fails: the error itself, with its class, code and cause; or, when the
// child ends without an error, its exit code and the end of its stderr.
import { Process, WorkerDiedError } from "@manyhands/process";

class OrderError extends RangeError {
  readonly code = "E_ORDER";
}

function takeOrder(amount: number): number {
  if (amount > 10) throw new OrderError(`cannot take ${amount}`, { cause: new Error("the shelf is empty") });
  return amount;
}

function exitEarly(): void {
  console.error("leaving early");
  process.exit(7);
}

const failing = new Process(takeOrder, { args: [11], stderr: "ignore" }).start();
try {
  await failing.result();
} catch (error) {
  const { name, message, code, cause } = error as OrderError & { cause: Error };
  console.log({ kind: error instanceof RangeError, name, message, code, cause: cause.message });
}
console.log(`exit code ${await failing.join()}`);

const exiting = new Process(exitEarly, { name: "early exit", stderr: "pipe" }).start();
try {
  await exiting.result();
} catch (error) {
  const { processName, exitCode, stderr } = error as WorkerDiedError;
  console.log({ crashed: error instanceof WorkerDiedError, processName, exitCode, stderr });
}

// Output:
// {
//   kind: true,
//   name: 'RangeError',
//   message: 'cannot take 11',
//   code: 'E_ORDER',
//   cause: 'the shelf is empty'
// }
// exit code 1
// {
//   crashed: true,
//   processName: 'early exit',
//   exitCode: 7,
//   stderr: 'leaving early'
// }
