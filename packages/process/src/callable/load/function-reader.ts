import { errorTranslator } from "../../codec/error-form.ts";
import type { FormReader } from "../../codec/form.ts";
import { makeObject, reducerOfClass } from "../../codec/registered-class.ts";
import type { FunctionBundle } from "../form/function-bundle.ts";
import type { ErrorInstanceForm, FunctionForm, InstanceForm, ReducedForm } from "../form/function-form.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { FunctionRebuilder } from "./rebuild-function.ts";

/** Reads the functions of messages, and the objects of their classes. The modules that they need must be imported. */
export const functionReaders: readonly FormReader<never>[] = [
  { kind: "function", begin: readFunction },
  { kind: "instance", begin: beginInstance, fill: fillInstance },
  { kind: "reduced", begin: beginReduced },
  { kind: "error-instance", begin: beginError, fill: fillError },
];

const rebuilders = new WeakMap<FunctionBundle, FunctionRebuilder>();

type Decode = (data: unknown) => unknown;

function readFunction(data: unknown, decode: Decode): Callable {
  const { bundle, function: index } = data as FunctionForm;
  const rebuilder = rebuilders.get(bundle) ?? new FunctionRebuilder(bundle, decode);
  rebuilders.set(bundle, rebuilder);
  return rebuilder.function(index);
}

function beginInstance(data: unknown, decode: Decode): object {
  const { content, isOptional } = data as InstanceForm;
  let prototype: object;
  try {
    prototype = readFunction(data, decode).prototype;
  } catch (error) {
    if (!isOptional) throw error;
    return content ?? {};
  }
  // The content is an object of this message only, so that it may get another class.
  return content === null ? (Object.create(prototype) as object) : Object.setPrototypeOf(content, prototype);
}

function fillInstance(value: object, data: unknown): void {
  // Defined, not assigned: the class may have a setter of the same name.
  for (const [key, field] of Object.entries((data as InstanceForm).fields))
    Object.defineProperty(value, key, { value: field, writable: true, enumerable: true, configurable: true });
}

function beginReduced(data: unknown, decode: Decode): object {
  const registered = readFunction(data, decode);
  const reducer = reducerOfClass(registered);
  const name = functionName(registered);
  if (reducer === undefined) {
    throw new TypeError(
      `Cannot read an object of the class ${name}: it is not registered here, call registerClass() in the module of the class`,
    );
  }
  const { plain, stack } = data as ReducedForm;
  const object = makeObject(name, reducer, decode(plain));
  if (stack !== null) Object.defineProperty(object, "stack", { value: stack, writable: true, configurable: true });
  return object;
}

function beginError(data: unknown, decode: Decode): object {
  const error = errorTranslator.begin((data as ErrorInstanceForm).error, decode);
  try {
    return Object.setPrototypeOf(error, readFunction(data, decode).prototype);
  } catch {
    // The error arrives without its class.
    return error;
  }
}

function fillError(error: Error, data: unknown): void {
  errorTranslator.fill?.(error, (data as ErrorInstanceForm).error);
}
