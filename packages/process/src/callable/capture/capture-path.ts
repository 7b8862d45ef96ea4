import { describe } from "../form/describe-value.ts";

/** The way from what the user started to what is being looked at, for errors that name it. */
export class Trail {
  readonly #attempt: string;
  readonly #place: string;

  /**
   * @param attempt what the user does: `Cannot start "job"`.
   * @param place what of it is meant: `captured variable "socket"`. Default: the thing itself.
   */
  constructor(attempt: string, place = "") {
    this.#attempt = attempt;
    this.#place = place;
  }

  /** Whether this is the thing itself that the user started. */
  get isRoot(): boolean {
    return this.#place === "";
  }

  /** @param owner the function that names the variable, when that is not the one that was started. */
  variable(path: string, owner: string | null): Trail {
    return new Trail(this.#attempt, `captured variable "${path}"${owner === null ? "" : ` of ${owner}()`}`);
  }

  /** The same variable, or a part of it that the user would call so. */
  at(path: string): Trail {
    return new Trail(this.#attempt, this.#place.replace(/".*?"/, JSON.stringify(path)));
  }

  /** The beginning of an error's message. */
  refusal(value?: unknown): string {
    return this.#place === ""
      ? this.#attempt
      : `${this.#attempt}: ${this.#place}${value === undefined ? "" : ` (${describe(value)})`}`;
  }
}
