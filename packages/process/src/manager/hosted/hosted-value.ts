/** A value in a manager that callers read and write. */
export class HostedValue<T = unknown> {
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  get(): T {
    return this.#value;
  }

  _copy(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
  }

  toString(): string {
    return process.getBuiltinModule("node:util").inspect(this.#value);
  }
}
