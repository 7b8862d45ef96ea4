import { KeyError } from "../session/remote-error.ts";

/**
 * A namespace of attributes in a manager. Attributes that begin with an underscore stay in the proxy that set them.
 */
export class HostedNamespace {
  readonly #attributes: Map<string, unknown>;

  constructor(attributes: Readonly<Record<string, unknown>> = {}) {
    this.#attributes = new Map(Object.entries(attributes));
  }

  /** @throws {KeyError} when there is no such attribute. */
  get(name: string): unknown {
    if (!this.#attributes.has(name)) throw missing(name);
    return this.#attributes.get(name);
  }

  set(name: string, value: unknown): void {
    this.#attributes.set(name, value);
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** @throws {KeyError} when there is no such attribute. */
  delete(name: string): void {
    if (!this.#attributes.delete(name)) throw missing(name);
  }

  keys(): string[] {
    return [...this.#attributes.keys()];
  }

  _copy(): Record<string, unknown> {
    return Object.fromEntries(this.#attributes);
  }

  toString(): string {
    const { inspect } = process.getBuiltinModule("node:util");
    const shown = [...this.#attributes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${inspect(value)}`);
    return `Namespace(${shown.join(", ")})`;
  }
}

function missing(name: string): KeyError {
  return new KeyError(`Cannot find attribute ${name} of a namespace: it was not set, or was deleted`);
}
