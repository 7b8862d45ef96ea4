import { isShareable, type Reach } from "../../base/shareable.ts";
import type { FormWriter } from "../../codec/form.ts";
import type { Bundle, ModuleRequest } from "../form/function-bundle.ts";
import type { FunctionForm, InstanceForm } from "../form/function-form.ts";
import { nameOf } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { Capture } from "./capture.ts";
import { Trail } from "./capture-path.ts";

/** Functions that go in one bundle. */
interface Message {
  capture: Capture;
  /** Set when the first of them was written; none may be added after that. */
  bundle: Bundle | null;
  readonly roots: (readonly [fn: Callable, attempt: string])[];
}

/** Writes the functions of one message. */
export class FunctionWriter {
  readonly #reach: Reach;
  /** Functions that were met before the first of them was written share one bundle; later ones have others. */
  readonly #messages: Message[] = [];

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** Whether there was anything to write. */
  get isUsed(): boolean {
    return this.#messages.some(({ roots }) => roots.length > 0);
  }

  /** The names of this package's own classes that the receiver must have. */
  get ownClasses(): string[] {
    return this.#messages.flatMap(({ capture }) => [...capture.ownClasses]);
  }

  /** What the receiver must import before it reads the message. */
  get requests(): ModuleRequest[] {
    return this.#messages.flatMap(({ capture }) => capture.requests);
  }

  /**
   * Adds a function before anything is written.
   *
   * @param attempt what the user does, for errors: `Cannot start "job"`.
   * @throws {TargetError} when it cannot cross.
   */
  add(fn: Callable, attempt: string): void {
    if (this.#find(fn) !== undefined) return;
    let message = this.#messages.at(-1);
    if (message === undefined || message.bundle !== null) {
      message = { capture: new Capture(this.#reach), bundle: null, roots: [] };
      this.#messages.push(message);
    }
    try {
      gather(message.capture, [[fn, attempt]]);
      message.roots.push([fn, attempt]);
    } catch (error) {
      // What was gathered on the way to the refusal must not cross with the others.
      message.capture = gather(new Capture(this.#reach), message.roots);
      throw error;
    }
  }

  readonly writers: readonly FormWriter<never>[] = [
    {
      kind: "function",
      matches: (value: object) => {
        if (typeof value !== "function" || isShareable(value)) return false;
        this.add(value, `Cannot send the function "${nameOf(value) || "(anonymous)"}"`);
        return true;
      },
      write: (fn: Callable): FunctionForm => this.#form(fn, (capture) => capture.indexOf(fn)),
    } as FormWriter<never>,
    {
      kind: "instance",
      matches: (value: object) => this.#messages.some(({ capture }) => capture.instances.has(value)),
      write: (value: object): InstanceForm => ({
        ...this.#form(value, (capture) => capture.instances.get(value)),
        fields: { ...value },
      }),
    } as FormWriter<never>,
  ];

  #find(fn: object): { capture: Capture } | undefined {
    return this.#messages.find(({ capture }) => capture.indexOf(fn) !== undefined);
  }

  #form(value: object, indexIn: (capture: Capture) => number | undefined): FunctionForm {
    const found = this.#messages.find(({ capture }) => indexIn(capture) !== undefined);
    if (found === undefined) throw new Error(`Cannot write ${typeof value}: it was not added`);
    found.bundle ??= found.capture.bundle;
    return { bundle: found.bundle, function: indexIn(found.capture) as number };
  }
}

function gather(capture: Capture, roots: Message["roots"]): Capture {
  capture.gather(() => {
    for (const [fn, attempt] of roots) capture.add(fn, new Trail(attempt));
  });
  return capture;
}
