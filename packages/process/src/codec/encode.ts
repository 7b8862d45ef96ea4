import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";
import { copyWith, isBare, isCompound, isLeaf, visitChildren } from "./children.ts";
import { errorTranslator } from "./error-form.ts";
import { type FormWriter, formKey, type Sending } from "./form.ts";
import { lookalikeTranslator } from "./object-form.ts";
import { cloneRefusal, findRefusal, isOfThreads, isSharedMemory, isSignal, probe, refusalAt } from "./refusal.ts";
import { transferListOf } from "./transfer.ts";
import { ownTranslators } from "./translators.ts";

/** A value made ready to be cloned into a message. */
export interface Encoded {
  /** The value; forms stand where structured clone would lose something. */
  readonly value: unknown;
  /** Whether there are forms in it. */
  readonly forms: boolean;
  /** URLs of modules that must be imported before decoding. */
  readonly modules: readonly string[];
}

/** How a value is encoded. */
export interface EncodeOptions {
  /** How far the message goes. */
  readonly reach: Reach;
  /** What the value is called in messages about it, as the caller wrote it: `args`. */
  readonly path: string;
  /** Further kinds of value that cross as forms, asked before our own. Default: none. */
  readonly writers?: readonly FormWriter<never>[];
  /** What is to be moved, by {@link transfer} and by shareables, is added here. */
  readonly transferList: TransferListItem[];
}

/**
 * Makes a value ready for a message: what structured clone carries faithfully stays as it is, everything else becomes a
 * form. A value without forms is not copied. Sharing and cycles are kept.
 *
 * @throws {CloneError} when something in it cannot cross, naming its path.
 * @throws {NotShareableError} when a shareable's memory does not reach the other side.
 */
export function encode(value: unknown, options: EncodeOptions): Encoded {
  return new Encoder(options).encode(value);
}

class Encoder implements Sending {
  readonly reach: Reach;
  readonly #options: EncodeOptions;
  readonly #writers: readonly FormWriter<never>[];
  readonly #modules = new Set<string>();
  /** Errors whose fields are being tried; one that is reached again through its own field crosses. */
  readonly #trying: Set<unknown>;

  constructor(options: EncodeOptions, trying = new Set<unknown>()) {
    this.reach = options.reach;
    this.#options = options;
    this.#writers = [...(options.writers ?? []), ...ownTranslators];
    this.#trying = trying;
  }

  encode(value: unknown): Encoded {
    const forms = this.#hasForms(value);
    const written = forms ? this.#write(value, new Map()) : value;
    return { value: written, forms, modules: [...this.#modules] };
  }

  needs(module: string): void {
    this.#modules.add(module);
  }

  transfer(items: readonly TransferListItem[]): void {
    for (const item of items) if (!this.#options.transferList.includes(item)) this.#options.transferList.push(item);
  }

  crosses(value: unknown): boolean {
    if (value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol"))
      return true;
    if (errorTranslator.matches(value as object)) return true;
    if (this.#trying.has(value)) return false;
    this.#trying.add(value);
    try {
      const trial = new Encoder({ ...this.#options, transferList: [] }, this.#trying);
      probe(trial.encode(value).value, this.reach);
      return true;
    } catch {
      return false;
    } finally {
      this.#trying.delete(value);
    }
  }

  // One look over the whole value, without recursion and without copying, since most values need no form at all.
  #hasForms(root: unknown): boolean {
    if (!isCompound(root)) return false;
    const seen = new Set<object>([root]);
    const stack: object[] = [root];
    let forms = false;
    for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
      try {
        const marked = transferListOf(value);
        if (marked !== undefined) this.transfer(marked);
        if (this.#writerOf(value) !== undefined) forms = true;
        else if (this.#isRefused(value))
          throw findRefusal(root, this.#options, (child) => this.#isRefused(child as object));
        else {
          visitChildren(value, (child) => {
            if (seen.has(child)) return;
            seen.add(child);
            stack.push(child);
          });
        }
      } catch (error) {
        throw refusalAt(value, root, this.#options, error);
      }
    }
    return forms;
  }

  // What cloning itself would not refuse, or only without saying where.
  #isRefused(value: object): boolean {
    if (typeof value === "function" || typeof value === "symbol") return this.#writerOf(value) === undefined;
    if (isBare(value)) return false;
    if (this.reach === "thread") return isSignal(value) && !this.#options.transferList.includes(value as never);
    return isSharedMemory(value) || isOfThreads(value);
  }

  #writerOf(value: object): FormWriter<never> | undefined {
    if (typeof value === "symbol") return undefined;
    if (isBare(value)) return Object.hasOwn(value, formKey) ? (lookalikeTranslator as FormWriter<never>) : undefined;
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
      form[formKey][1] = this.#write(writer.write(value as never, this), copies);
      return form;
    }
    if (isLeaf(value)) return value;
    return copyWith(value, copies, (child) => this.#write(child, copies));
  }
}

/**
 * Does what clones an encoded value, and when that throws, says which part of the value cannot be cloned.
 *
 * @param value the value as the caller gave it.
 * @throws {CloneError} naming the path.
 */
export function cloning<T>(value: unknown, options: EncodeOptions, clone: () => T): T {
  try {
    return clone();
  } catch (error) {
    throw cloneRefusal(value, options, error);
  }
}
