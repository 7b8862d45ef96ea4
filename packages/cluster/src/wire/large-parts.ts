import { createHash } from "node:crypto";
import {
  isPackedPayload,
  type MessageToWorker,
  type Payload,
  serialize,
  type WorkerBoot,
} from "@manyhands/process/engine";

/** A part of a message of at least so many bytes is sent as a blob: once for all seats of a machine. */
export const largeBytes = 1_000_000;

/** Lists of more values are cut as a whole: none of their values is likely to be large. */
const mostPieces = 32;

/** Where a part belongs: the keys from the message down to it. */
type Path = readonly (string | number)[];

/** A part of a message that is stored as a blob. */
export interface LargePart {
  readonly path: Path;
  /** The SHA-256 of the blob's bytes, which are its name. The message that holds it is sealed. */
  readonly blob: string;
}

/** The bytes of a blob, with their name. */
export interface Blob {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A message whose large parts are `null`, and these parts. */
export interface CutMessage<Message> {
  readonly message: Message;
  readonly parts: readonly LargePart[];
  readonly blobs: readonly Blob[];
}

/** The name of the blob with these bytes. */
export function blobName(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url");
}

/** Cuts the large parts out of a boot message. */
export function cutBoot(boot: WorkerBoot): CutMessage<WorkerBoot> {
  return cut(boot, [["initArgs"], ["initializer"]]);
}

/** Cuts the large parts out of a run message: values, functions and the inputs of tasks. */
export function cutRun(run: Extract<MessageToWorker, { readonly tasks: unknown } | readonly unknown[]>) {
  const tasks = "type" in run ? run.tasks : run;
  const before = "type" in run ? ["tasks"] : [];
  const paths = tasks.flatMap(([, , input], i) => pathsOfInput(input).map((path) => [...before, i, 2, ...path]));
  if (!("type" in run)) return cut(run, paths);
  const known = (["functions", "values"] as const).flatMap((key) => run[key].map((_, i) => [key, i, 1]));
  return cut(run, [...paths, ...known]);
}

/** Puts a part back to its place. @throws {TypeError} when the message has no such place. */
export function putPart(message: object, path: Path, part: unknown): void {
  const at = path.slice(0, -1).reduce((parent, key) => ownValue(parent, key) as object, message);
  const key = path.at(-1) as string;
  if (ownValue(at, key) !== null) throw new TypeError("the message has a value where its part belongs");
  (at as Record<string, unknown>)[key] = part;
}

function ownValue(parent: object, key: string | number): unknown {
  if (typeof parent === "object" && parent !== null && Object.hasOwn(parent, key)) {
    return (parent as Record<string | number, unknown>)[key];
  }
  throw new TypeError("the message has no place for its part");
}

function cut<Message extends object>(message: Message, paths: readonly Path[]): CutMessage<Message> {
  const parts: LargePart[] = [];
  const blobs: Blob[] = [];
  let left = message;
  for (const path of paths) {
    const value = path.reduce<unknown>((parent, key) => (parent as Record<string | number, unknown>)[key], left);
    const bytes = serialize(value);
    if (bytes.length < largeBytes) continue;
    const name = blobName(bytes);
    // The last one is put back first: it may have places for those before.
    parts.unshift({ path, blob: name });
    blobs.push({ name, bytes });
    left = omit(left, path) as Message;
  }
  return { message: left, parts, blobs };
}

function omit(value: unknown, [key, ...path]: Path): unknown {
  if (key === undefined) return null;
  const copy = Array.isArray(value) ? value.slice() : { ...(value as object) };
  const fields = copy as Record<string | number, unknown>;
  fields[key] = omit(fields[key], path);
  return copy;
}

/** Large arguments are cut one by one, to be recognised beside others; then all that is left, if it is large. */
function pathsOfInput(input: Payload): Path[] {
  const [list, path] = isPackedPayload(input) ? [input.packed.value, ["packed", "value"]] : [input, []];
  if (!Array.isArray(list) || list.length > mostPieces || !areSeparate(list)) return [[]];
  return [...list.map((_, i) => [...path, i]), []];
}

/** Whether no object can be reached from two of the values: only then can they be copied one by one. */
function areSeparate(values: readonly unknown[]): boolean {
  const memories = new Set<unknown>();
  let objects = 0;
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue;
    objects += 1;
    memories.add(ArrayBuffer.isView(value) ? value.buffer : value instanceof ArrayBuffer ? value : undefined);
  }
  return objects <= 1 || (memories.size === objects && !memories.has(undefined));
}
