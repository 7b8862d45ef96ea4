import type { Reach } from "../../base/shareable.ts";
import type { ModuleRequest, Source } from "../form/function-bundle.ts";
import type { Callable } from "../form/target.ts";
import type { Inspected } from "../source/inspector.ts";
import type { Trail } from "./capture-path.ts";
import type { CapturedScopes } from "./captured-scopes.ts";

/** A bundle in the making, as those see it that put something in. */
export interface Gathering {
  readonly reach: Reach;
  readonly scopes: CapturedScopes;
  /** Objects of classes of the program's own, with the index of their class. */
  readonly instances: Map<object, number>;
  /** Asks V8 about a function or object. */
  inspect(target: object): Inspected;
  /**
   * Adds a function or class, and everything that it needs.
   *
   * @param trail what it is to the user, for errors.
   * @returns its index.
   * @throws {TargetError} when it cannot cross.
   */
  add(fn: Callable, trail: Trail): number;
  value(value: unknown): Source;
  symbol(symbol: symbol): Source;
  request(request: ModuleRequest): ModuleRequest;
  /** A gathering of its own, to try something in. */
  trial(): Gathering;
}
