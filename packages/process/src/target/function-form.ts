import type { Reach } from "../base/shareable.ts";
import { isShareable } from "../base/shareable.ts";
import type { Translator } from "../codec/form.ts";
import type { Bundle, ModuleRequest } from "./bundle.ts";
import { Capture } from "./capture.ts";
import { Revival } from "./revival.ts";
import type { Callable } from "./target.ts";
import { Trail } from "./trail.ts";

/** What stands in a message for a function: its bundle, and its index there. */
interface FunctionForm {
  readonly bundle: Bundle;
  readonly function: number;
}

/** What stands in a message for an object of a class of the program's own. */
interface InstanceForm extends FunctionForm {
  readonly fields: Record<string, unknown>;
}

/** Writes the functions of one message. */
export class FunctionWriter {
  readonly #reach: Reach;
  /** Functions that were met before the first of them was written share one bundle; later ones have others. */
  readonly #captures: { readonly capture: Capture; bundle: Bundle | null }[] = [];

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** What the receiver must import before it reads the message. */
  get requests(): ModuleRequest[] {
    return this.#captures.flatMap(({ capture }) => capture.requests);
  }

  /**
   * Adds a function before anything is written.
   *
   * @param attempt what the user does, for errors: `Cannot start "job"`.
   * @throws {TargetError} when it cannot cross.
   */
  add(fn: Callable, attempt: string): void {
    if (this.#find(fn) !== undefined) return;
    const last = this.#captures.at(-1);
    const capture = last === undefined || last.bundle !== null ? new Capture(this.#reach) : last.capture;
    if (capture !== last?.capture) this.#captures.push({ capture, bundle: null });
    capture.gather(() => capture.add(fn, new Trail(attempt)));
  }

  readonly translators: readonly Translator<never>[] = [
    {
      kind: "function",
      matches: (value: object) => {
        if (typeof value !== "function" || isShareable(value)) return false;
        this.add(value, `Cannot send the function "${value.name || "(anonymous)"}"`);
        return true;
      },
      write: (fn: Callable): FunctionForm => this.#form(fn, (capture) => capture.indexOf(fn)),
      begin: beginFunction,
    } as Translator<never>,
    {
      kind: "instance",
      matches: (value: object) => this.#captures.some(({ capture }) => capture.instances.has(value)),
      write: (value: object): InstanceForm => ({
        ...this.#form(value, (capture) => capture.instances.get(value)),
        fields: { ...value },
      }),
      begin: beginInstance,
      fill: fillInstance,
    } as Translator<never>,
  ];

  #find(fn: object): { capture: Capture } | undefined {
    return this.#captures.find(({ capture }) => capture.indexOf(fn) !== undefined);
  }

  #form(value: object, indexIn: (capture: Capture) => number | undefined): FunctionForm {
    const found = this.#captures.find(({ capture }) => indexIn(capture) !== undefined);
    if (found === undefined) throw new Error(`Cannot write ${typeof value}: it was not added`);
    found.bundle ??= found.capture.bundle;
    return { bundle: found.bundle, function: indexIn(found.capture) as number };
  }
}

/** Reads functions from messages. What they import must have been imported. */
export const functionReaders: readonly Translator<never>[] = [
  { kind: "function", matches: () => false, write: () => undefined, begin: beginFunction } as Translator<never>,
  {
    kind: "instance",
    matches: () => false,
    write: () => undefined,
    begin: beginInstance,
    fill: fillInstance,
  } as Translator<never>,
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
