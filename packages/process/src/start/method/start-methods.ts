import { forkRefusal } from "../../posix/calls/posix-support.ts";
import { processForkRefusal } from "../../posix/fork/fork-readiness.ts";
import { programUrl } from "../child/program-url.ts";
import { forkserver } from "../forkserver/forkserver-method.ts";
import type { StartMethod, StartMethodName } from "../start-method.ts";
import { fork } from "./fork-method.ts";
import { spawn } from "./spawn-method.ts";
import { thread } from "./thread-method.ts";

const everywhere: readonly StartMethod[] = [thread, spawn];

// Separate, since checking whether this machine can fork loads koffi.
const forking: readonly StartMethod[] = [forkserver, fork];

/** The names of the start methods on this machine, the default first. */
export function startMethodNames(): StartMethodName[] {
  return methods().map(({ name }) => name);
}

/**
 * Finds a start method.
 *
 * @throws {RangeError} when this machine has none of that name. The message lists those that it has.
 * @throws {ManyhandsError} for "forkserver" where a bundler has left out the program of the server.
 */
export function startMethod(name: StartMethodName): StartMethod {
  const found = [...everywhere, ...forking].find((method) => method.name === name);
  if (found === undefined) {
    const known = methods().map((method) => `"${method.name}"`);
    throw new RangeError(`Cannot find start method ${JSON.stringify(name)}: this machine has ${known.join(", ")}`);
  }
  if (found === forkserver) programUrl("forkserver");
  const refusal = refusalOf(found);
  if (refusal !== null) throw unavailable(new RangeError(`Cannot start processes by "${name}": ${refusal}`));
  return found;
}

// The code of `fork()` in `@manyhands/process/posix`: the reasons are the same.
function unavailable(error: RangeError): RangeError {
  return Object.assign(error, { code: "ERR_MANYHANDS_FORK" });
}

function methods(): StartMethod[] {
  return [...everywhere, ...forking.filter((method) => refusalOf(method) === null)];
}

/** Why a fork server cannot load this package: Yarn's Plug'n'Play loads all modules by hooks on a thread. */
function packageRefusal(): string | null {
  if (process.versions.pnp === undefined) return null;
  return (
    "Yarn's Plug'n'Play loads modules by hooks on a thread, and a fork has no such thread; " +
    'use "spawn", or write nodeLinker: node-modules in .yarnrc.yml'
  );
}

function refusalOf(method: StartMethod): string | null {
  if (!forking.includes(method)) return null;
  return method === fork ? processForkRefusal() : (forkRefusal() ?? packageRefusal());
}
