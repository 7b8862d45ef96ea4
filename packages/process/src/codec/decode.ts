import type { Encoded } from "./encode.ts";
import { type FormReader, formKey, isForm } from "./form.ts";
import { isLeaf } from "./object-kind.ts";
import { builtinTranslators } from "./translators.ts";

/**
 * Imports the modules that an encoded value needs before it can be decoded.
 *
 * @throws the error of an import that fails.
 */
export async function importModules(encoded: Encoded): Promise<void> {
  if (encoded.modules.length > 0) await Promise.all(encoded.modules.map((module) => import(module)));
}

/**
 * Makes the value that {@link encode} was given. The forms are replaced in place, in the clone that the message
 * brought.
 *
 * @param readers readers of further kinds of form, matching the writers given to `encode`. Default: none.
 */
export function decode(encoded: Encoded, readers: readonly FormReader<never>[] = []): unknown {
  if (!encoded.hasForms) return encoded.value;
  return reviveIn(encoded.value, new Map(), [...readers, ...builtinTranslators]);
}

function reviveIn(value: unknown, revived: Map<object, unknown>, readers: readonly FormReader<never>[]): unknown {
  if (value === null || typeof value !== "object") return value;
  if (revived.has(value)) return revived.get(value);
  const inner = (child: unknown) => reviveIn(child, revived, readers);
  if (isForm(value)) {
    const [kind, data] = value[formKey];
    const reader = readers.find((known) => known.kind === kind);
    if (reader === undefined) throw new Error(`Cannot decode a message: it holds a form of unknown kind "${kind}"`);
    const made = reader.begin(data, inner);
    revived.set(value, made);
    reader.fill?.(made as never, inner(data));
    return made;
  }
  revived.set(value, value);
  // The methods are those of the built-in classes: a class of the program may override them. A collection is cleared
  // and filled again, since replacing one key would move it to the end of the order.
  if (value instanceof Map) {
    const entries = [...Map.prototype.entries.call(value)].map(([key, item]) => [inner(key), inner(item)]);
    Map.prototype.clear.call(value);
    for (const [key, item] of entries) Map.prototype.set.call(value, key, item);
  } else if (value instanceof Set) {
    const items = [...Set.prototype.values.call(value)].map(inner);
    Set.prototype.clear.call(value);
    for (const item of items) Set.prototype.add.call(value, item);
  } else if (!isLeaf(value)) {
    for (const key of Object.keys(value)) {
      const child = (value as Record<string, unknown>)[key];
      const made = inner(child);
      if (made !== child) (value as Record<string, unknown>)[key] = made;
    }
  }
  return value;
}
