import * as ours from "../../base/errors.ts";
import { describeThrown } from "../../base/thrown.ts";
import { globalNamed } from "../../pickle/known-global.ts";
import { refuseObject, toPlain } from "../../pickle/plain-value.ts";
import { PythonException, PythonTuple } from "../../pickle/python-object.ts";
import { PythonError } from "../session/python-error.ts";
import { KeyError } from "../session/remote-error.ts";

type ErrorClass = new (message: string) => Error;

/** Errors that have a counterpart, the narrower class first: of ours, and of Python's. */
const counterparts: readonly (readonly [ErrorClass, string, string])[] = [
  [ours.QueueEmptyError, "queue", "Empty"],
  [ours.QueueFullError, "queue", "Full"],
  [ours.BrokenBarrierError, "threading", "BrokenBarrierError"],
  [ours.EndOfFileError, "builtins", "EOFError"],
  [ours.BrokenPipeError, "builtins", "BrokenPipeError"],
  [ours.TimeoutError, "builtins", "TimeoutError"],
  [KeyError, "builtins", "KeyError"],
];
const oneWay: readonly (readonly [ErrorClass, string])[] = [
  [ours.LockStateError, "RuntimeError"],
  [TypeError, "TypeError"],
  [RangeError, "ValueError"],
];

/** What code in a manager throws to raise an exception of Python by name. */
export class PythonRaise extends Error {
  readonly exception: PythonException;

  constructor(name: string, ...args: readonly unknown[]) {
    super(name);
    this.exception = new PythonException(globalNamed("builtins", name), args);
  }
}

/** The exception of Python for an error. One without a counterpart is a RuntimeError with its name in the text. */
export function toException(error: unknown): PythonException {
  if (error instanceof PythonRaise) return error.exception;
  if (error instanceof PythonError) {
    const [name = "", ...module] = error.pythonClass.split(".").reverse();
    return new PythonException(globalNamed(module.reverse().join(".") || "builtins", name), error.args);
  }
  const text = describeThrown(error);
  for (const [ErrorClass, module, name] of counterparts)
    if (error instanceof ErrorClass) return new PythonException(globalNamed(module, name), [text]);
  for (const [ErrorClass, name] of oneWay)
    if (error instanceof ErrorClass) return new PythonException(globalNamed("builtins", name), [text]);
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  return new PythonException(globalNamed("builtins", "RuntimeError"), [name + text]);
}

/** The error for an exception that a manager of Python raised. */
export function fromException({ type, args }: PythonException): Error {
  const values = toPlain(new PythonTuple(args), refuseObject) as unknown[];
  for (const [ErrorClass, module, name] of counterparts) {
    if (type.module !== module || type.name !== name || module === "builtins") continue;
    return new ErrorClass(values.length > 0 ? String(values[0]) : `Python raised ${type}`);
  }
  return new PythonError(type.module === "builtins" ? type.name : String(type), values);
}
