import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";

/**
 * A form: the representation, in a message, of a value that structured clone would lose or change.
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

/** Turns values of one kind into forms. */
export interface FormWriter<Value extends object = object> {
  readonly kind: string;
  /** Whether it writes a value only where the program put it, and not as the field of an error. Default: no. */
  readonly isExplicit?: true;
  /** Whether this writer writes the value. Called for every object in a message except arrays and plain objects. */
  matches(value: object): boolean;
  /** Visits the parts of a value that are refused as those of a plain object are. Default: none are. */
  visit?(value: object, visit: (part: object, place: () => string) => void): void;
  /** Gives the form's data, which is encoded in turn. */
  write(value: Value, to: WriteContext): unknown;
}

/**
 * Turns forms of one kind into values, in two steps, so that a value may contain itself: `begin` makes the value from
 * the undecoded data (`decode` decodes the parts that it needs), then `fill` gets the decoded data.
 */
export interface FormReader<Value extends object = object> {
  readonly kind: string;
  begin(data: unknown, decode: (data: unknown) => unknown): object;
  fill?(value: Value, data: unknown): void;
}

/** The writer and the reader of one kind of form. */
export interface Translator<Value extends object = object> extends FormWriter<Value>, FormReader<Value> {}

/** The message that is being written, as a {@link FormWriter} sees it. */
export interface WriteContext {
  readonly reach: Reach;
  /** How far memory in it must reach: a message of bytes, which could go to a process, may be for threads only. */
  readonly memoryReach: Reach;
  /** Makes the receiver import a module before it decodes the message. */
  requireModule(module: string): void;
  /**
   * Adds what the receiver needs to get a descriptor before it decodes the message.
   *
   * @returns its index in the message.
   */
  addDescriptor(ticket: unknown): number;
  /** Whether a value can be sent. True for every error: its unsendable fields are left out. */
  canSend(value: unknown): boolean;
  /**
   * Whether this message can hold a function or a socket. Prepares to write a function.
   *
   * @throws {TargetError} when messages like this can hold functions, but not this one.
   */
  canWrite(value: object): boolean;
  /** Moves these objects rather than copying them. */
  transfer(items: readonly TransferListItem[]): void;
}
