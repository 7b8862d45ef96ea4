// A child that fails, and what its parent sees of it: the error itself, with its class, code and cause; or, when the child
// could not even say what happened, how it died.
import { Process, WorkerDiedError } from "@manyhands/process";

class OrderError extends RangeError {
  readonly code = "E_ORDER";
}

function takeOrder(amount: number): number {
  if (amount > 10) throw new OrderError(`cannot take ${amount}`, { cause: new Error("the shelf is empty") });
  return amount;
}

function leave(): void {
  console.error("I have had enough");
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

const dying = new Process(leave, { name: "Bartleby", stderr: "pipe" }).start();
try {
  await dying.result();
} catch (error) {
  const { processName, exitCode, stderr } = error as WorkerDiedError;
  console.log({ died: error instanceof WorkerDiedError, processName, exitCode, stderr });
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
//   died: true,
//   processName: 'Bartleby',
//   exitCode: 7,
//   stderr: 'I have had enough'
// }
