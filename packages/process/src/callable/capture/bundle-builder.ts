import type { Reach } from "../../base/shareable.ts";
import type { ModuleRequest, ValueSource } from "../form/function-bundle.ts";
import type { Callable } from "../form/target.ts";
import type { Inspection } from "../source/inspector.ts";
import type { CapturePath } from "./capture-path.ts";
import type { CapturedMembers } from "./captured-members.ts";
import type { CapturedScopes } from "./captured-scopes.ts";

/** A bundle that is being built, as the functions see it that capture one function, variable or value. */
export interface BundleBuilder {
  readonly reach: Reach;
  readonly scopes: CapturedScopes;
  /** The members of classes that are being added, or were added. */
  readonly members: CapturedMembers;
  /** Asks V8 about a function or another object. */
  inspect(target: object): Inspection;
  /** The same, never from a cache: variables have their current values. */
  inspectNow(target: object): Inspection;
  /**
   * Adds a function or class, and all functions and variables that it needs.
   *
   * @param path its place among the captured variables, for errors.
   * @returns its index.
   * @throws {TargetError} when it cannot be sent.
   */
  addFunction(fn: Callable, path: CapturePath): number;
  /** @param isReduced whether there are objects of classes of `registerClass()` in it. Default: false. */
  addValue(value: unknown, isReduced?: boolean): ValueSource;
  addSymbol(symbol: symbol): ValueSource;
  addRequest(request: ModuleRequest): ModuleRequest;
  /** Makes a separate builder, to find out whether a value can be captured. */
  createTrial(): BundleBuilder;
}
