import * as ours from "../base/errors.ts";
import { isInstance, messageOf, readOr, stackOf } from "../base/thrown.ts";
import { encodingError } from "./encoding-error.ts";
import type { Translator } from "./form.ts";
import { hasLostClass } from "./object-kind.ts";

type ErrorClass = abstract new (...args: never[]) => Error;

const classes = new Map<string, ErrorClass>();
for (const known of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError]) {
  classes.set(known.name, known);
}
for (const known of Object.values(ours)) classes.set(known.name, known as ErrorClass);

/**
 * Makes errors of a class arrive as instances of it. An error of an unregistered class arrives as an instance of the
 * nearest built-in class that it extends, with its own name, message, stack, `cause` and fields.
 *
 * Call it in every module that declares such a class: the receiver looks the class up by name.
 *
 * @throws {TypeError} when another class was registered by that name.
 */
export function registerError(errorClass: ErrorClass): void {
  const known = classes.get(errorClass.name);
  if (known !== undefined && known !== errorClass) {
    throw new TypeError(`Cannot register the error class ${errorClass.name}: another class has that name`);
  }
  classes.set(errorClass.name, errorClass);
}

/** Whether {@link registerError} was called with a class. */
export function isRegisteredError(errorClass: { readonly name: string }): boolean {
  return classes.get(errorClass.name) === errorClass;
}

/** Whether a value is an error whose class is written in JavaScript and not registered. */
export function isErrorOfUnknownClass(value: object): boolean {
  return errorTranslator.matches(value) && hasLostClass(value) && !isRegisteredError(value.constructor);
}

/** Stands for a field whose getter throws. */
const unreadable = Symbol("unreadable");

/** The data of an error's form. */
interface ErrorForm {
  /** The names of its class and of the classes that this extends, nearest first. */
  readonly lineage: string[];
  /** Its own fields, including those that are not enumerable. */
  readonly fields: Record<string, unknown>;
}

/**
 * Errors keep the name of their class, message, stack, `cause`, `errors` and own fields. Fields that cannot be sent are
 * left out, those whose getter throws too. In the place of an unsendable member of an AggregateError there is a
 * MaybeEncodingError.
 */
export const errorTranslator: Translator<Error> = {
  kind: "error",
  matches: (value) => value instanceof Error || Object.prototype.toString.call(value) === "[object Error]",
  write(error, to): ErrorForm {
    const fields: Record<string, unknown> = {};
    for (const key of Object.getOwnPropertyNames(error)) {
      const value = readOr<unknown>(unreadable, () => (error as unknown as Record<string, unknown>)[key]);
      if (value !== unreadable && to.canSend(value)) fields[key] = value;
    }
    if (isInstance(error, AggregateError) && fields.errors === undefined) fields.errors = sendableErrors(error, to);
    // These may be accessors of the prototype, and are always sent as strings.
    fields.message = messageOf(error);
    const className = readOr(undefined, () => error.constructor?.name);
    const name = readOr(className, () => String(error.name));
    if (name !== className) fields.name = name;
    fields.stack = stackOf(error) ?? `${name}: ${fields.message}`;
    return { lineage: lineageOf(error), fields };
  },
  begin(data) {
    const { lineage } = data as ErrorForm;
    const [own = "Error"] = lineage;
    const found = lineage.find((name) => classes.has(name)) ?? "Error";
    const known = classes.get(found) as ErrorClass;
    // A user's class is not called by `new`: its constructor's arguments are unknown. A real Error is needed, since
    // consoles and structured clone look for its internal slot rather than for its prototype.
    const error = withoutStackFrames(() => new Error());
    Object.setPrototypeOf(error, found === own ? known.prototype : prototypeNamed(own, known));
    delete error.stack;
    return error;
  },
  fill(error, data) {
    const { fields } = data as ErrorForm;
    for (const [key, value] of Object.entries(fields)) {
      Object.defineProperty(error, key, {
        value,
        writable: true,
        configurable: true,
        enumerable: !isHidden(error, key),
      });
    }
  },
};

// An AggregateError without a list would surprise its readers.
function sendableErrors(error: AggregateError, to: { canSend(value: unknown): boolean }): unknown[] {
  const errors = readOr<unknown[]>([], () => [...error.errors]);
  return errors.map((each) => (to.canSend(each) ? each : encodingError(new Error("it cannot be sent"), each)));
}

function isHidden(error: Error, key: string): boolean {
  if (key === "stderr") return error instanceof ours.WorkerDiedError;
  return key === "stack" || key === "message" || key === "cause" || key === "errors" || key === "name";
}

// Node prints the source line at an uncaught error's first frame; without frames, it prints no line of this file.
function withoutStackFrames(make: () => Error): Error {
  const { stackTraceLimit } = Error;
  // With frozen intrinsics, the assignment fails and the limit stays as it is.
  const isSet = Reflect.set(Error, "stackTraceLimit", 0);
  const error = make();
  if (isSet) Error.stackTraceLimit = stackTraceLimit;
  return error;
}

function lineageOf(error: Error): string[] {
  const lineage: string[] = [];
  for (let at = Object.getPrototypeOf(error); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const name = at.constructor?.name;
    if (typeof name === "string" && name !== "") lineage.push(name);
  }
  return lineage;
}

// `error.constructor.name`, and the name that a console prints, are those of the class that the sender threw, though
// the receiver does not have that class.
function prototypeNamed(name: string, known: ErrorClass): object {
  const prototype = Object.create(known.prototype, { name: { value: name, writable: true, configurable: true } });
  const standIn = { [name]: class extends (known as unknown as ErrorConstructor) {} }[name];
  Object.defineProperty(prototype, "constructor", { value: standIn, writable: true, configurable: true });
  return prototype;
}
