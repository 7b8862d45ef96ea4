import { describeValue } from "../form/describe-value.ts";

/** The path from the function that the user starts to a captured value; error messages name it. */
export class CapturePath {
  readonly #attempt: string;
  readonly #variable: string;

  /**
   * @param attempt the user's operation: `Cannot start "job"`.
   * @param variable the variable that holds the value: `captured variable "socket"`. Default: none, the value is the
   *   started function itself.
   */
  constructor(attempt: string, variable = "") {
    this.#attempt = attempt;
    this.#variable = variable;
  }

  /** Whether this is the path of the started function itself. */
  get isRoot(): boolean {
    return this.#variable === "";
  }

  /** @param owner the function that names the variable, when it is not the started one. */
  toVariable(name: string, owner: string | null): CapturePath {
    return new CapturePath(this.#attempt, `captured variable "${name}"${owner === null ? "" : ` of ${owner}()`}`);
  }

  /** The path of a part of the variable's value, whose name is such as `config.socket`. */
  withName(name: string): CapturePath {
    return new CapturePath(this.#attempt, this.#variable.replace(/".*?"/, JSON.stringify(name)));
  }

  /** The beginning of an error message: the user's operation, the variable, and the class of its value. */
  messageStart(value?: unknown): string {
    return this.#variable === ""
      ? this.#attempt
      : `${this.#attempt}: ${this.#variable}${value === undefined ? "" : ` (${describeValue(value)})`}`;
  }
}
