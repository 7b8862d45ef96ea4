import { describeValue } from "../form/describe-value.ts";

/** The path from the function that the user starts to a captured value; error messages name it. */
export class CapturePath {
  readonly #attempt: string;
  readonly #variable: string;
  /** Whether the value is a part of a function by which a bundler evaluates a module once. */
  readonly isModuleInit: boolean;

  /**
   * @param attempt the user's operation: `Cannot start "job"`.
   * @param variable the variable that holds the value: `captured variable "socket"`. Default: none, the value is the
   *   started function itself.
   */
  constructor(attempt: string, variable = "", isModuleInit = false) {
    this.#attempt = attempt;
    this.#variable = variable;
    this.isModuleInit = isModuleInit;
  }

  /** Whether this is the path of the started function itself. */
  get isRoot(): boolean {
    return this.#variable === "";
  }

  /** @param owner the function that names the variable, when it is not the started one. */
  toVariable(name: string, owner: string | null, isModuleInit = false): CapturePath {
    const variable = `captured variable "${name}"${owner === null ? "" : ` of ${owner}()`}`;
    return new CapturePath(this.#attempt, variable, isModuleInit);
  }

  /** The path of a part of the variable's value, whose name is such as `config.socket`. */
  withName(name: string): CapturePath {
    const variable = this.#variable.replace(/".*?"/, () => JSON.stringify(name));
    return new CapturePath(this.#attempt, variable, this.isModuleInit);
  }

  /** The beginning of an error message: the user's operation, the variable, and the class of its value. */
  messageStart(value?: unknown): string {
    return this.#variable === ""
      ? this.#attempt
      : `${this.#attempt}: ${this.#variable}${value === undefined ? "" : ` (${describeValue(value)})`}`;
  }
}
