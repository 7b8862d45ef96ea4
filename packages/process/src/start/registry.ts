import { spawn } from "./spawn.ts";
import type { StartMethod, StartMethodName } from "./start-method.ts";
import { thread } from "./thread.ts";

const methods: readonly StartMethod[] = [thread, spawn];

/** The names of the start methods that this machine has, the default first. */
export function startMethodNames(): StartMethodName[] {
  return methods.map(({ name }) => name);
}

/**
 * Finds a start method.
 *
 * @throws {RangeError} when there is none by that name here, with those there are.
 */
export function startMethod(name: StartMethodName): StartMethod {
  const found = methods.find((method) => method.name === name);
  if (found === undefined) {
    const known = methods.map((method) => `"${method.name}"`).join(", ");
    throw new RangeError(`Cannot find start method ${JSON.stringify(name)}: this machine has ${known}`);
  }
  return found;
}
