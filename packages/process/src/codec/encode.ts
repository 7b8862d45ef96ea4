import type { TransferListItem } from "node:worker_threads";
import { CloneError, ManyhandsError } from "../base/errors.ts";
import type { Reach } from "../base/shareable.ts";
import type { MemoryTicket } from "../memory/transit/memory-in-transit.ts";
import { copyWith, visitChildren } from "./children.ts";
import { errorTranslator } from "./error-form.ts";
import { type FormWriter, formKey, type WriteContext } from "./form.ts";
import { lookalikeTranslator } from "./object-form.ts";
import { hasLostClass, isArrayBuffer, isArrayOrPlainObject, isCompound, isLeaf } from "./object-kind.ts";
import {
  checkCloneable,
  cloneRefusal,
  findRefusal,
  isAbortSignal,
  isSharedMemory,
  isThreadOnly,
  refusalAt,
} from "./refusal.ts";
import { transferListOf } from "./transfer.ts";
import { builtinTranslators } from "./translators.ts";
import { ViewRanges } from "./view-ranges.ts";

/** A value that can be cloned into a message. */
export interface Encoded {
  /** The value; forms replace the parts that structured clone would lose or change. */
  readonly value: unknown;
  /** Whether there are forms in it. */
  readonly hasForms: boolean;
  /** URLs of modules that must be imported before decoding. */
  readonly modules: readonly string[];
  /** What the receiver needs to get the descriptors of sockets and servers in it. Default: none. */
  readonly descriptors?: readonly unknown[];
  /** What the receiver needs to get the memory in it that threads share. Default: none. */
  readonly memory?: MemoryTicket;
}

/** How a value is encoded. */
export interface EncodeOptions {
  /** How far the message is sent. */
  readonly reach: Reach;
  /** As of {@link WriteContext}. Default: `reach`. */
  readonly memoryReach?: Reach;
  /** The value's name in error messages, as the caller wrote it: `args`. */
  readonly path: string;
  /** Writers of further kinds of form, asked before the built-in ones. Default: none. */
  readonly writers?: readonly FormWriter<never>[];
  /** Objects to move, marked by {@link transfer} or by shareables, are added here. */
  readonly transferList: TransferListItem[];
}

/**
 * Encodes a value for a message. Parts that structured clone copies faithfully stay as they are; all others become
 * forms. A value without forms is not copied. Shared references and cycles are kept.
 *
 * @throws {CloneError} when a part of it cannot be sent, naming its path.
 * @throws {NotShareableError} when the receiver cannot reach a shareable's memory.
 */
export function encode(value: unknown, options: EncodeOptions): Encoded {
  return new Encoder(options).encode(value);
}

class Encoder implements WriteContext {
  readonly reach: Reach;
  readonly memoryReach: Reach;
  readonly #options: EncodeOptions;
  readonly #writers: readonly FormWriter<never>[];
  readonly #modules = new Set<string>();
  readonly #descriptors: unknown[] = [];
  readonly #views = new ViewRanges();
  /** The parts of forms that were searched for views. */
  readonly #searched = new Set<object>();
  #hasPartialViews = false;
  /** Values that {@link canSend} is trying. A value that is reached again through its own field counts as refused. */
  readonly #trying: Set<unknown>;

  constructor(options: EncodeOptions, trying = new Set<unknown>()) {
    this.reach = options.reach;
    this.memoryReach = options.memoryReach ?? options.reach;
    this.#options = options;
    this.#writers = [...(options.writers ?? []), ...builtinTranslators];
    this.#trying = trying;
  }

  encode(value: unknown): Encoded {
    const hasForms = this.#hasForms(value);
    const written = hasForms || this.#hasPartialViews ? this.#write(value, new Map()) : value;
    const encoded = { value: written, hasForms, modules: [...this.#modules] };
    return this.#descriptors.length === 0 ? encoded : { ...encoded, descriptors: this.#descriptors };
  }

  requireModule(module: string): void {
    this.#modules.add(module);
  }

  addDescriptor(ticket: unknown): number {
    return this.#descriptors.push(ticket) - 1;
  }

  transfer(items: readonly TransferListItem[]): void {
    for (const item of items) if (!this.#options.transferList.includes(item)) this.#options.transferList.push(item);
  }

  canWrite(value: object): boolean {
    return this.#writerOf(value) !== undefined;
  }

  canSend(value: unknown): boolean {
    if (value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol"))
      return true;
    if (errorTranslator.matches(value as object)) return true;
    if (this.#trying.has(value)) return false;
    this.#trying.add(value);
    try {
      const writers = this.#options.writers?.filter(({ isExplicit }) => !isExplicit) ?? [];
      const trial = new Encoder({ ...this.#options, writers, transferList: [] }, this.#trying);
      checkCloneable(trial.encode(value).value, this.reach);
      return true;
    } catch {
      return false;
    } finally {
      this.#trying.delete(value);
    }
  }

  // One pass over the whole value, without recursion and without copying, since most values need no form.
  #hasForms(root: unknown): boolean {
    if (!isCompound(root)) return false;
    const seen = new Set<object>([root]);
    const stack: object[] = [root];
    let found = false;
    const push = (child: object) => {
      if (seen.has(child)) return;
      seen.add(child);
      stack.push(child);
    };
    for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
      try {
        const marked = transferListOf(value);
        if (marked !== undefined) this.transfer(marked);
        const writer = this.#writerOf(value);
        if (writer !== undefined) {
          found = true;
          writer.visit?.(value, push);
        } else if (this.#isRefused(value))
          throw findRefusal(root, this.#options, (child) => this.#isRefused(child as object));
        else {
          this.#addView(value);
          visitChildren(value, push);
        }
      } catch (error) {
        throw refusalAt(value, root, this.#options, error);
      }
    }
    return found;
  }

  // Refuses values that cloning would silently change, or would refuse without naming their path.
  #isRefused(value: object): boolean {
    if (typeof value === "function" || typeof value === "symbol") return this.#writerOf(value) === undefined;
    if (isArrayOrPlainObject(value)) return false;
    if (this.reach === "thread" && isAbortSignal(value)) return !this.#options.transferList.includes(value as never);
    const isThread = this.reach === "thread";
    if (hasLostClass(value)) return this.#writerOf(value) === undefined && !(isThread && isClonedWithClass(value));
    if (isThread) return false;
    return isSharedMemory(value) || isThreadOnly(value);
  }

  #addView(value: object): void {
    const isView = ArrayBuffer.isView(value);
    if (!isView && !isArrayBuffer(value)) return;
    this.#views.add(value);
    if (isView && ViewRanges.isPartial(value)) this.#hasPartialViews = true;
  }

  // Views of one buffer share it at the receiver, so all that a form has are known before one is written.
  #addViewsIn(data: unknown): void {
    const stack: object[] = isCompound(data) ? [data] : [];
    for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
      if (this.#searched.has(value)) continue;
      this.#searched.add(value);
      this.#addView(value);
      visitChildren(value, (child) => stack.push(child));
    }
  }

  #trim(view: ArrayBufferView, copies: Map<object, unknown>): ArrayBufferView {
    const isMoved = this.#options.transferList.includes(view.buffer as never);
    if (isMoved || !ViewRanges.isPartial(view)) return view;
    const trimmed = this.#views.trim(view);
    copies.set(view, trimmed);
    return trimmed;
  }

  #writerOf(value: object): FormWriter<never> | undefined {
    if (typeof value === "symbol") return undefined;
    if (isArrayOrPlainObject(value))
      return Object.hasOwn(value, formKey) ? (lookalikeTranslator as FormWriter<never>) : undefined;
    return this.#writers.find((writer) => writer.matches(value));
  }

  #write(value: unknown, copies: Map<object, unknown>): unknown {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    const writer = this.#writerOf(value);
    if (writer !== undefined) {
      const form = { [formKey]: [writer.kind, undefined] as [string, unknown] };
      copies.set(value, form);
      const data = writer.write(value as never, this);
      this.#addViewsIn(data);
      form[formKey][1] = this.#write(data, copies);
      return form;
    }
    if (ArrayBuffer.isView(value)) return this.#trim(value, copies);
    if (isLeaf(value)) return value;
    return copyWith(value, copies, (child) => this.#write(child, copies));
  }
}

// Node clones objects of a few of its classes itself, between threads only: KeyObject, BlockList…
function isClonedWithClass(value: object): boolean {
  try {
    return Object.getPrototypeOf(structuredClone(value)) === Object.getPrototypeOf(value);
  } catch {
    return false;
  }
}

/**
 * Runs a function that clones an encoded value. When it throws, throws an error that names the part that cannot be
 * cloned.
 *
 * @param value the value as the caller gave it.
 * @throws {CloneError} naming the path.
 */
export function withCloneErrors<T>(value: unknown, options: EncodeOptions, clone: () => T): T {
  try {
    return clone();
  } catch (error) {
    throw error instanceof ManyhandsError || error instanceof CloneError ? error : cloneRefusal(value, options, error);
  }
}
