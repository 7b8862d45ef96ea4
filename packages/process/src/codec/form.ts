import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";

/**
 * A form: what stands in a message for a value that structured clone would lose or damage.
 *
 * Shape: a plain object with the one key {@link formKey}, whose value is `[kind, data]`.
 */
export interface Form {
  readonly [formKey]: readonly [kind: string, data: unknown];
}

export const formKey = "manyhands:form";

/** Whether a decoded value is a form. */
export function isForm(value: object): value is Form {
  return Object.hasOwn(value, formKey);
}

/** How values of one kind become forms. */
export interface FormWriter<Value extends object = object> {
  readonly kind: string;
  /** Whether this writer writes the value. Called for every object in a message but plain ones and arrays. */
  matches(value: object): boolean;
  /** Gives plain data, which is encoded in turn. */
  write(value: Value, to: Sending): unknown;
}

/**
 * How forms of one kind become values again, in two steps, so that a value may hold itself: `begin` makes the value from the
 * data as it came (`decode` decodes what it needs of that), `fill` is called with the decoded data afterwards.
 */
export interface FormReader<Value extends object = object> {
  readonly kind: string;
  begin(data: unknown, decode: (data: unknown) => unknown): object;
  fill?(value: Value, data: unknown): void;
}

/** A kind of value that crosses as a form: both ways. */
export interface Translator<Value extends object = object> extends FormWriter<Value>, FormReader<Value> {}

/** What a writer may ask of the message that is being written. */
export interface Sending {
  readonly reach: Reach;
  /** The module must be imported by the receiver before it decodes. */
  needs(module: string): void;
  /** Whether a value would cross. Errors always do: what of them can't is left out. */
  crosses(value: unknown): boolean;
  /** What is to be moved rather than copied. */
  transfer(items: readonly TransferListItem[]): void;
}
