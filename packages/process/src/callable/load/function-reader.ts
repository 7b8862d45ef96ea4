import type { FormReader } from "../../codec/form.ts";
import type { FunctionBundle } from "../form/function-bundle.ts";
import type { FunctionForm, InstanceForm } from "../form/function-form.ts";
import { FunctionRebuilder } from "./rebuild-function.ts";

/** Reads the functions of messages. The modules that they need must have been imported. */
export const functionReaders: readonly FormReader<never>[] = [
  { kind: "function", begin: beginFunction },
  { kind: "instance", begin: beginInstance, fill: fillInstance },
];

const rebuilders = new WeakMap<FunctionBundle, FunctionRebuilder>();

function rebuilderOf(bundle: FunctionBundle, decode: (data: unknown) => unknown): FunctionRebuilder {
  const rebuilder = rebuilders.get(bundle) ?? new FunctionRebuilder(bundle, decode);
  rebuilders.set(bundle, rebuilder);
  return rebuilder;
}

function beginFunction(data: unknown, decode: (data: unknown) => unknown): object {
  const { bundle, function: index } = data as FunctionForm;
  return rebuilderOf(bundle, decode).function(index);
}

function beginInstance(data: unknown, decode: (data: unknown) => unknown): object {
  const { bundle, function: index } = data as InstanceForm;
  return Object.create(rebuilderOf(bundle, decode).function(index).prototype as object) as object;
}

function fillInstance(value: object, data: unknown): void {
  Object.assign(value, (data as InstanceForm).fields);
}
