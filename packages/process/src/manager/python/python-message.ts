import { PickleError } from "../../base/errors.ts";
import type { Address } from "../../connection/address.ts";
import { toPlain } from "../../pickle/plain-value.ts";
import { type PythonToken, PythonTuple } from "../../pickle/python-object.ts";
import { readPickle } from "../../pickle/read-pickle.ts";
import { writePickle } from "../../pickle/write-pickle.ts";

// The messages of Python's `multiprocessing.managers`: `dispatch()` there writes requests, and `Server` replies.

/** The methods of a manager itself, which a connection may call once. After `accept_connection`, it calls objects. */
export type ManagerFunction =
  | "accept_connection"
  | "create"
  | "decref"
  | "dummy"
  | "get_methods"
  | "incref"
  | "number_of_objects"
  | "shutdown";

/** A call, as a client sends it. */
export interface PythonRequest {
  /** The id of an object; `null` for the manager itself. */
  readonly id: string | null;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly keywords: ReadonlyMap<string, unknown>;
}

/** How a call ended: `#RETURN` with a value, `#ERROR` with an exception, `#TRACEBACK` with a text … */
export interface PythonReply {
  readonly kind: string;
  readonly result: unknown;
}

/** @param what names the call in errors. @throws {CloneError} when an argument is not plain data. */
export function writeRequest(
  { id, method, args, keywords }: PythonRequest,
  what: string,
  replace: (object: object) => unknown,
): Buffer {
  const request = new PythonTuple([id, method, new PythonTuple(args), keywords]);
  return writePickle(request, { path: `the arguments of ${what}`, replace });
}

/** @throws {PickleError} when it is not a request, or has more than plain data. */
export function readRequest(bytes: Buffer, convertObject: (object: object) => unknown): PythonRequest {
  const parts = itemsOf(readPickle(bytes));
  const [id, method, args, keywords] = parts;
  const isValid =
    parts.length === 4 &&
    (id === null || typeof id === "string") &&
    typeof method === "string" &&
    keywords instanceof Map &&
    [...keywords.keys()].every((key) => typeof key === "string");
  if (!isValid)
    throw new PickleError(
      'Cannot read a call: it is not one of Python\'s managers; give both sides serializer: "pickle"',
    );
  return {
    id,
    method,
    args: toPlain(new PythonTuple(itemsOf(args)), convertObject) as unknown[],
    keywords: new Map(Object.entries(toPlain(keywords, convertObject) as object)),
  };
}

/** @throws {CloneError} when the result is not plain data. */
export function writeReply(kind: string, result: unknown, replace: (object: object) => unknown): Buffer {
  return writePickle(new PythonTuple([kind, result]), { path: "the result", replace });
}

/** Reads a reply. Its result is what `readPickle()` returns. @throws {PickleError} when it is not one. */
export function readReply(bytes: Buffer): PythonReply {
  const [kind, result] = itemsOf(readPickle(bytes, { anyException: true }));
  if (typeof kind !== "string") throw new PickleError("Cannot read a reply: it is not one of Python's managers");
  return { kind, result };
}

/** An address, as a token has it. */
export function toPythonAddress(address: Address): PythonToken["address"] {
  return typeof address === "string" ? address : [address.host ?? "127.0.0.1", address.port];
}

function itemsOf(value: unknown): readonly unknown[] {
  return value instanceof PythonTuple ? value.items : Array.isArray(value) ? value : [];
}
