import { checkOptionKeys } from "../../base/options.ts";
import { programKeys } from "../../process/parent/program-options.ts";
import type { ChildOptions } from "./supervised-child-options.ts";
import type { SupervisorOptions } from "./supervisor-options.ts";

type Keys = readonly string[];

const restartKeys: Keys = ["name", "restart", "backOff"];
const supervisionKeys: Keys = [...restartKeys, "endSignal", "graceMs", "readyTimeoutMs", "heartbeatMs"];
const processKeys: Keys = [
  "args",
  "daemon",
  "startMethod",
  ...programKeys,
  "stdin",
  "stdout",
  "stderr",
  "resourceLimits",
];
const backOffKeys: Keys = ["initialMs", "factor", "mostMs", "jitter", "seed"];
const makers = ["target", "create", "supervisor"] as const;
const endSignals: Keys = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL"];

/** Refuses wrong options of a supervisor. @throws {TypeError} or {RangeError} that names the option and the fix. */
export function checkSupervisorOptions(options: SupervisorOptions): void {
  const attempt = "Cannot create a Supervisor";
  checkOptionKeys("Supervisor", options, ["strategy", "maxRestarts", "withinMs", "name", "onEvent"]);
  const { strategy, maxRestarts, withinMs, name, onEvent } = options;
  checkChoice(attempt, "strategy", strategy, ["oneForOne", "oneForAll", "restForOne"]);
  checkNumber(attempt, "maxRestarts", maxRestarts, "a count, ≥ 0", (count) => count >= 0 && isCount(count));
  checkNumber(attempt, "withinMs", withinMs, "milliseconds, > 0", (ms) => ms > 0);
  if (name !== undefined && typeof name !== "string")
    throw new TypeError(`${attempt}: name is ${typeof name}, write a string`);
  if (onEvent !== undefined && typeof onEvent !== "function")
    throw new TypeError(`${attempt}: onEvent is ${typeof onEvent}, write a function that takes the event`);
}

/** Refuses a wrong list of children. @throws {TypeError} or {RangeError} that names the child, option and fix. */
export function checkChildren(children: readonly ChildOptions[]): void {
  if (!Array.isArray(children) || children.length === 0)
    throw new TypeError(
      'Cannot create a Supervisor: it has no list of children, write [{ name: "web", target: runServer }]',
    );
  for (const child of children) checkChild(child);
  const names = children.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new RangeError(`Cannot create a Supervisor: two children are named "${twice}", give each another name`);
}

function checkChild(child: ChildOptions): void {
  if (typeof child !== "object" || child === null || typeof child.name !== "string" || child.name === "")
    throw new TypeError("Cannot supervise a child: it has no name, write { name, target }");
  const attempt = `Cannot supervise ${child.name}`;
  const given = makers.filter((key) => key in child);
  const [maker] = given;
  if (given.length !== 1 || maker === undefined)
    throw new TypeError(
      `${attempt}: it has ${given.length === 0 ? "none of target, create and supervisor" : given.join(" and ")}, write one of them`,
    );
  refuseMisplaced(attempt, child, maker);
  checkOptionKeys(`the child ${child.name}`, child, [maker, ...keysOf[maker]]);
  if (maker !== "target" && typeof (child as unknown as Record<string, unknown>)[maker] !== "function")
    throw new TypeError(
      `${attempt}: ${maker} is no function, write { ${maker}: () => new ${maker === "create" ? "Process" : "Supervisor"}(…) }`,
    );
  checkChoice(attempt, "restart", child.restart, ["permanent", "transient", "temporary"]);
  checkBackOff(attempt, child);
  if (!("supervisor" in child)) checkSupervision(attempt, child);
}

const keysOf: Record<(typeof makers)[number], Keys> = {
  target: [...supervisionKeys, ...processKeys],
  create: supervisionKeys,
  supervisor: restartKeys,
};

/** Refuses options that have no meaning for this kind of child, with the place where they have one. */
function refuseMisplaced(attempt: string, child: object, maker: (typeof makers)[number]): void {
  const all = [...supervisionKeys, ...processKeys, "signal", "transferList"];
  for (const key of Object.keys(child).filter((key) => all.includes(key) && !keysOf[maker].includes(key))) {
    if (maker === "create") throw new TypeError(`${attempt}: ${key} is an option of the Process, give it in create()`);
    if (maker === "supervisor")
      throw new TypeError(`${attempt}: ${key} has no meaning for a supervisor, give it to the children of that`);
    throw new TypeError(
      key === "signal"
        ? `${attempt}: a signal ends one Process, and the child is started again; call close() of the supervisor`
        : `${attempt}: a transferred object is gone after the first start; make it in create() or in the target`,
    );
  }
}

function checkBackOff(attempt: string, { backOff }: ChildOptions): void {
  if (backOff === undefined) return;
  checkOptionKeys("backOff", backOff, backOffKeys);
  const { initialMs, factor, mostMs, jitter, seed } = backOff;
  checkNumber(attempt, "backOff.initialMs", initialMs, "milliseconds, ≥ 0", (ms) => ms >= 0 && ms < 2 ** 31);
  checkNumber(attempt, "backOff.factor", factor, "a number, ≥ 1", (by) => by >= 1);
  checkNumber(attempt, "backOff.mostMs", mostMs, "milliseconds, from initialMs to 24 days", (ms) => {
    return ms >= (initialMs ?? 0) && ms < 2 ** 31;
  });
  checkNumber(attempt, "backOff.jitter", jitter, "a share, 0…1", (share) => share >= 0 && share <= 1);
  checkNumber(attempt, "backOff.seed", seed, "a whole number", Number.isSafeInteger);
}

function checkSupervision(attempt: string, child: Exclude<ChildOptions, { supervisor: unknown }>): void {
  const { endSignal, graceMs, readyTimeoutMs, heartbeatMs } = child;
  checkChoice(attempt, "endSignal", endSignal, endSignals);
  checkNumber(attempt, "graceMs", graceMs, "milliseconds, ≥ 0", (ms) => ms >= 0);
  checkNumber(attempt, "readyTimeoutMs", readyTimeoutMs, "milliseconds, > 0", (ms) => ms > 0);
  checkNumber(attempt, "heartbeatMs", heartbeatMs, "milliseconds, ≥ 10", (ms) => ms >= 10 && ms < 2 ** 31);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY;
}

function checkNumber(
  attempt: string,
  option: string,
  value: unknown,
  wanted: string,
  isValid: (value: number) => boolean,
): void {
  if (value === undefined) return;
  if (typeof value !== "number") throw new TypeError(`${attempt}: ${option} is ${typeof value}, write ${wanted}`);
  if (!isValid(value)) throw new RangeError(`${attempt}: ${option} is ${value}, write ${wanted}`);
}

function checkChoice(attempt: string, option: string, value: unknown, choices: Keys): void {
  if (value === undefined || choices.includes(value as string)) return;
  const given = typeof value === "string" ? JSON.stringify(value) : typeof value;
  throw new RangeError(`${attempt}: ${option} is ${given}, write ${choices.map((each) => `"${each}"`).join(", ")}`);
}
