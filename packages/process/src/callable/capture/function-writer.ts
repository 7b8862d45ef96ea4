import { isShareable, type Reach } from "../../base/shareable.ts";
import type { FormWriter } from "../../codec/form.ts";
import type { FunctionBundle, ModuleRequest } from "../form/function-bundle.ts";
import type { FunctionForm, InstanceForm } from "../form/function-form.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { Capture } from "./capture.ts";
import { CapturePath } from "./capture-path.ts";

/** A bundle, and the functions that were added to it by name. */
interface PendingBundle {
  capture: Capture;
  /** Set when the first of its functions is written; none is added after that. */
  bundle: FunctionBundle | null;
  readonly roots: (readonly [fn: Callable, attempt: string])[];
}

/** Writes the functions of one message. */
export class FunctionWriter {
  readonly #reach: Reach;
  /**
   * Functions that are found before the first one is written share a bundle. Functions found later get further
   * bundles.
   */
  readonly #bundles: PendingBundle[] = [];

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** Whether there are functions to write. */
  get isUsed(): boolean {
    return this.#bundles.some(({ roots }) => roots.length > 0);
  }

  /** The names of this package's classes that the receiver must load. */
  get packageClasses(): string[] {
    return this.#bundles.flatMap(({ capture }) => [...capture.packageClasses]);
  }

  /** The modules that the receiver must import before it decodes the message. */
  get requests(): ModuleRequest[] {
    return this.#bundles.flatMap(({ capture }) => capture.requests);
  }

  /**
   * Adds a function that the message contains.
   *
   * @param attempt the user's operation, for errors: `Cannot start "job"`.
   * @throws {TargetError} when it cannot be sent.
   */
  add(fn: Callable, attempt: string): void {
    if (this.#find(fn) !== undefined) return;
    let pending = this.#bundles.at(-1);
    if (pending === undefined || pending.bundle !== null) {
      pending = { capture: new Capture(this.#reach), bundle: null, roots: [] };
      this.#bundles.push(pending);
    }
    try {
      captureAll(pending.capture, [[fn, attempt]]);
      pending.roots.push([fn, attempt]);
    } catch (error) {
      // The bundle is built again without the refused function, so that nothing captured for that one is sent.
      pending.capture = captureAll(new Capture(this.#reach), pending.roots);
      throw error;
    }
  }

  readonly writers: readonly FormWriter<never>[] = [
    {
      kind: "function",
      matches: (value: object) => {
        if (typeof value !== "function" || isShareable(value)) return false;
        this.add(value, `Cannot send the function "${functionName(value) || "(anonymous)"}"`);
        return true;
      },
      write: (fn: Callable): FunctionForm => this.#form(fn, (capture) => capture.indexOf(fn)),
    } as FormWriter<never>,
    {
      kind: "instance",
      matches: (value: object) => this.#bundles.some(({ capture }) => capture.instances.has(value)),
      write: (value: object): InstanceForm => ({
        ...this.#form(value, (capture) => capture.instances.get(value)),
        fields: { ...value },
      }),
    } as FormWriter<never>,
  ];

  #find(fn: object): { capture: Capture } | undefined {
    return this.#bundles.find(({ capture }) => capture.indexOf(fn) !== undefined);
  }

  #form(value: object, indexIn: (capture: Capture) => number | undefined): FunctionForm {
    const found = this.#bundles.find(({ capture }) => indexIn(capture) !== undefined);
    if (found === undefined) throw new Error(`Cannot write ${typeof value}: it was not added`);
    found.bundle ??= found.capture.bundle;
    return { bundle: found.bundle, function: indexIn(found.capture) as number };
  }
}

function captureAll(capture: Capture, roots: PendingBundle["roots"]): Capture {
  capture.withInspectorOpen(() => {
    for (const [fn, attempt] of roots) capture.addFunction(fn, new CapturePath(attempt));
  });
  return capture;
}
