import { isShareable, type Reach } from "../base/shareable.ts";
import type { FormWriter } from "../codec/form.ts";
import type { Bundle, ModuleRequest } from "./bundle.ts";
import { Capture } from "./capture.ts";
import type { FunctionForm, InstanceForm } from "./function-form.ts";
import type { Callable } from "./target.ts";
import { Trail } from "./trail.ts";

/** Writes the functions of one message. */
export class FunctionWriter {
  readonly #reach: Reach;
  /** Functions that were met before the first of them was written share one bundle; later ones have others. */
  readonly #captures: { readonly capture: Capture; bundle: Bundle | null }[] = [];

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** Whether there was anything to write. */
  get isUsed(): boolean {
    return this.#captures.length > 0;
  }

  /** The names of this package's own classes that the receiver must have. */
  get ownClasses(): string[] {
    return this.#captures.flatMap(({ capture }) => [...capture.ownClasses]);
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

  readonly writers: readonly FormWriter<never>[] = [
    {
      kind: "function",
      matches: (value: object) => {
        if (typeof value !== "function" || isShareable(value)) return false;
        this.add(value, `Cannot send the function "${value.name || "(anonymous)"}"`);
        return true;
      },
      write: (fn: Callable): FunctionForm => this.#form(fn, (capture) => capture.indexOf(fn)),
    } as FormWriter<never>,
    {
      kind: "instance",
      matches: (value: object) => this.#captures.some(({ capture }) => capture.instances.has(value)),
      write: (value: object): InstanceForm => ({
        ...this.#form(value, (capture) => capture.instances.get(value)),
        fields: { ...value },
      }),
    } as FormWriter<never>,
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
