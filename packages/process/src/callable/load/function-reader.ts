import type { FormReader } from "../../codec/form.ts";
import type { Bundle } from "../form/function-bundle.ts";
import type { FunctionForm, InstanceForm } from "../form/function-form.ts";
import { Revival } from "./rebuild-function.ts";

/** Reads functions from messages. What they import must have been imported. */
export const functionReaders: readonly FormReader<never>[] = [
  { kind: "function", begin: beginFunction },
  { kind: "instance", begin: beginInstance, fill: fillInstance },
];

const revivals = new WeakMap<Bundle, Revival>();

function revivalOf(bundle: Bundle, decode: (data: unknown) => unknown): Revival {
  const revival = revivals.get(bundle) ?? new Revival(bundle, decode);
  revivals.set(bundle, revival);
  return revival;
}

function beginFunction(data: unknown, decode: (data: unknown) => unknown): object {
  const { bundle, function: index } = data as FunctionForm;
  return revivalOf(bundle, decode).function(index);
}

function beginInstance(data: unknown, decode: (data: unknown) => unknown): object {
  const { bundle, function: index } = data as InstanceForm;
  return Object.create(revivalOf(bundle, decode).function(index).prototype as object) as object;
}

function fillInstance(value: object, data: unknown): void {
  Object.assign(value, (data as InstanceForm).fields);
}
