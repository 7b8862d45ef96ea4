import { isShareable, type Reach } from "../../base/shareable.ts";
import { stackOf } from "../../base/thrown.ts";
import { errorTranslator, isRegisteredError } from "../../codec/error-form.ts";
import type { FormWriter } from "../../codec/form.ts";
import { isCompound } from "../../codec/object-kind.ts";
import { ValueRefusal } from "../../codec/refusal.ts";
import { classOf, reducerOf } from "../../codec/registered-class.ts";
import type { FunctionBundle, ModuleRequest } from "../form/function-bundle.ts";
import type { ErrorInstanceForm, FunctionForm, InstanceForm, ReducedForm } from "../form/function-form.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { type Inspect, withInspector } from "../source/inspector.ts";
import { Capture } from "./capture.ts";
import { CapturePath } from "./capture-path.ts";
import { contentOf, fieldsOf, visitInstance } from "./instance-parts.ts";
import { type ProgramClass, programClassOf } from "./program-class.ts";

/** A bundle, and the functions that were added to it by name. */
interface PendingBundle {
  capture: Capture;
  /** Set when the first of its functions is written; none is added after that. */
  bundle: FunctionBundle | null;
  readonly roots: (readonly [fn: Callable, attempt: string])[];
}

/** Writes the functions of one message, and the objects of the program's classes. */
export class FunctionWriter {
  readonly #reach: Reach;
  /**
   * Functions that are found before the first one is written share a bundle. Functions found later get further
   * bundles.
   */
  readonly #bundles: PendingBundle[] = [];
  /** Classes of errors that cannot be sent. */
  readonly #refused = new Set<Callable>();
  readonly #isError: boolean;

  /**
   * @param options.isError whether the message is an error, which must arrive: functions in it are left out, and
   *   the receiver does without a class that it cannot load. Default: false.
   */
  constructor(reach: Reach, { isError = false } = {}) {
    this.#reach = reach;
    this.#isError = isError;
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

  /** Writers for the encoder, which asks them in this order. */
  get writers(): readonly FormWriter<never>[] {
    const classes = [this.#reducedWriter, this.#errorWriter, this.#instanceWriter];
    return (this.#isError ? classes : [this.#functionWriter, ...classes]) as unknown as FormWriter<never>[];
  }

  readonly #functionWriter: FormWriter<never> = {
    kind: "function",
    matches: (value: object) => {
      if (typeof value !== "function" || isShareable(value)) return false;
      this.add(value, `Cannot send the function "${functionName(value) || "(anonymous)"}"`);
      return true;
    },
    write: (fn: Callable): FunctionForm => this.#form(fn),
  };

  readonly #instanceWriter: FormWriter = {
    kind: "instance",
    matches: (value) => {
      // An error arrives in any case, so no class of one is refused.
      if (errorTranslator.matches(value)) return false;
      const found = this.#classOf(value);
      if (found === null) return false;
      if (found.refusal !== null) throw new ValueRefusal(found.refusal);
      this.#addClass(found.fn);
      return true;
    },
    visit: visitInstance,
    write: (value): InstanceForm => {
      const { fn, base } = this.#classOf(value) as ProgramClass;
      const parts = { content: contentOf(value, base), fields: fieldsOf(value, base) };
      return { ...this.#form(fn), ...parts, isOptional: this.#isError };
    },
  };

  /** What `toPlain` returned: objects are visited before they are written. */
  readonly #plain = new Map<object, unknown>();

  readonly #reducedWriter: FormWriter = {
    kind: "reduced",
    matches: (value) => {
      if (reducerOf(value) === undefined) return false;
      this.#addClass(classOf(value) as Callable);
      return true;
    },
    visit: (value, visit) => {
      const plain = this.#plainOf(value);
      if (isCompound(plain)) visit(plain, () => "");
    },
    write: (value): ReducedForm => ({
      ...this.#form(classOf(value) as Callable),
      plain: this.#plainOf(value),
      stack: errorTranslator.matches(value) ? (stackOf(value) ?? null) : null,
    }),
  };

  #plainOf(value: object): unknown {
    if (this.#plain.has(value)) return this.#plain.get(value);
    const plain = reducerOf(value)?.toPlain(value);
    if (plain === value) throw new ValueRefusal("is what its own toPlain() returned; return the data of its fields");
    this.#plain.set(value, plain);
    return plain;
  }

  // An error arrives in any case: when its class cannot be sent, the writer of all errors writes it.
  readonly #errorWriter: FormWriter<Error> = {
    kind: "error-instance",
    matches: (value) => {
      if (!errorTranslator.matches(value)) return false;
      try {
        const found = this.#classOf(value);
        if (found === null || found.base !== "Error" || found.refusal !== null) return false;
        if (isRegisteredError(found.fn) || this.#refused.has(found.fn)) return false;
        this.#refused.add(found.fn);
        this.#addClass(found.fn);
        this.#refused.delete(found.fn);
        return true;
      } catch {
        return false;
      }
    },
    write: (error, to): ErrorInstanceForm => ({
      ...this.#form(error.constructor),
      error: errorTranslator.write(error, to) as object,
    }),
  };

  #classOf(value: object): ProgramClass | null {
    return typeof value !== "object" || isShareable(value) ? null : programClassOf(value, inspectOnce);
  }

  #addClass(fn: Callable): void {
    this.add(fn, `Cannot send the class "${functionName(fn) || "(anonymous)"}"`);
  }

  #find(fn: object): PendingBundle | undefined {
    return this.#bundles.find(({ capture }) => capture.indexOf(fn) !== undefined);
  }

  #form(fn: Callable): FunctionForm {
    const found = this.#find(fn);
    if (found === undefined) throw new Error(`Cannot write ${functionName(fn)}: it was not added`);
    found.bundle ??= found.capture.bundle;
    return { bundle: found.bundle, function: found.capture.indexOf(fn) as number };
  }
}

const inspectOnce: Inspect = (target) => withInspector((inspect) => inspect(target));

function captureAll(capture: Capture, roots: PendingBundle["roots"]): Capture {
  capture.withInspectorOpen(() => {
    for (const [fn, attempt] of roots) capture.addFunction(fn, new CapturePath(attempt));
  });
  return capture;
}
