import { ManyhandsError } from "../../base/errors.ts";
import { registerError } from "../../codec/error-form.ts";

/** An exception that a manager of Python raised. */
export class PythonError extends ManyhandsError {
  /** The class of the exception, with its module unless that is `builtins`: `ValueError`, `shop.SoldOut`. */
  readonly pythonClass: string;
  /** What the exception was created with. */
  readonly args: readonly unknown[];

  constructor(pythonClass: string, args: readonly unknown[], options?: ErrorOptions) {
    super("PYTHON", `${pythonClass}: ${args.map(String).join(", ")}`, options);
    this.pythonClass = pythonClass;
    this.args = args;
  }
}
registerError(PythonError);
