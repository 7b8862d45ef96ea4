import { KeyError } from "../session/remote-error.ts";

/** Those attributes of a namespace that stay with the proxy that set them: their names begin with an underscore. */
export class LocalAttributes {
  readonly #attributes = new Map<string, unknown>();

  /** Whether a call is about such an attribute. */
  concerns(args: readonly unknown[]): boolean {
    return typeof args[0] === "string" && args[0].startsWith("_");
  }

  invoke(method: string, [name, value]: readonly unknown[]): unknown {
    const key = name as string;
    if (method === "set") return void this.#attributes.set(key, value);
    if (method === "has") return this.#attributes.has(key);
    if (!this.#attributes.has(key))
      throw new KeyError(`Cannot find attribute ${key} of a namespace: this proxy did not set it`);
    if (method === "delete") return void this.#attributes.delete(key);
    return this.#attributes.get(key);
  }
}
