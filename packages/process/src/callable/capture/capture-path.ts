import { describeValue } from "../form/describe-value.ts";

/** The path from the function that the user starts to a captured value; error messages name it. */
export class CapturePath {
  readonly #attempt: string;
  readonly #variable: string;
  /** Whether the value is a part of a function by which a bundler evaluates a module once. */
  readonly isModuleInit: boolean;
  /** The modules of which the value is a member, outermost first. */
  readonly modules: readonly object[];

  /**
   * @param attempt the user's operation: `Cannot start "job"`.
   * @param variable the variable that holds the value: `captured variable "socket"`. Default: none, the value is the
   *   started function itself.
   */
  constructor(attempt: string, variable = "", isModuleInit = false, modules: readonly object[] = []) {
    this.#attempt = attempt;
    this.#variable = variable;
    this.isModuleInit = isModuleInit;
    this.modules = modules;
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
    return new CapturePath(this.#attempt, variable, this.isModuleInit, this.modules);
  }

  /** The path of a member of a module, whose name is such as `lib.size`. */
  toMember(module: object, name: string): CapturePath {
    const { modules } = this;
    return new CapturePath(this.#attempt, this.withName(name).#variable, this.isModuleInit, [...modules, module]);
  }

  /** The beginning of an error message: the user's operation, the variable, and the class of its value. */
  messageStart(value?: unknown): string {
    return this.#variable === ""
      ? this.#attempt
      : `${this.#attempt}: ${this.#variable}${value === undefined ? "" : ` (${describeValue(value)})`}`;
  }
}
