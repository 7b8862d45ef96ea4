import type { Answer } from "../../callable/form/answer.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { type ApplyOptions, type MapOptions, noOptions } from "../call/call-options.ts";
import type { Input } from "../call/input.ts";
import { AsyncResult } from "./async-result.ts";

/** The parameters of `apply()` after the function: `args` is required if the function has required parameters. */
export type ApplyRest<F extends AnyFunction> =
  [] extends Parameters<F>
    ? [args?: Readonly<Parameters<F>> | readonly [], options?: ApplyOptions]
    : [args: Readonly<Parameters<F>>, options?: ApplyOptions];

/** The calls of a pool that give an {@link AsyncResult} in place of a promise. */
export abstract class AsyncCalls {
  abstract apply<F extends AnyFunction>(fn: Target<F>, ...rest: ApplyRest<F>): Promise<Answer<ReturnType<F>>>;
  abstract map<T, R>(fn: Target<(item: T) => R>, items: Input<T>, options?: MapOptions): Promise<Answer<R>[]>;
  abstract starmap<A extends readonly unknown[], R>(
    fn: Target<(...args: [...A]) => R>,
    items: Input<Readonly<A>>,
    options?: MapOptions,
  ): Promise<Answer<R>[]>;

  /** As {@link apply}, with a result that can be waited for with a time limit while the task goes on. */
  applyAsync<F extends AnyFunction>(
    fn: Target<F>,
    ...[args = [], options = noOptions, ...callbacks]: ApplyRest<F>
  ): AsyncResult<Answer<ReturnType<F>>> {
    refuseCallbacks("applyAsync", callbacks);
    const result = this.apply(fn as Target, args, options) as Promise<Answer<ReturnType<F>>>;
    return new AsyncResult(result, "applyAsync()");
  }

  /** As {@link map}, with a result that can be waited for with a time limit while the tasks go on. */
  mapAsync<T, R>(
    fn: Target<(item: T) => R>,
    items: Input<T>,
    options: MapOptions = {},
    ...callbacks: never[]
  ): AsyncResult<Answer<R>[]> {
    refuseCallbacks("mapAsync", callbacks);
    return new AsyncResult(this.map(fn, items, options), "mapAsync()");
  }

  /** As {@link starmap}, with a result that can be waited for with a time limit while the tasks go on. */
  starmapAsync<A extends readonly unknown[], R>(
    fn: Target<(...args: [...A]) => R>,
    items: Input<Readonly<A>>,
    options: MapOptions = {},
    ...callbacks: never[]
  ): AsyncResult<Answer<R>[]> {
    refuseCallbacks("starmapAsync", callbacks);
    return new AsyncResult(this.starmap(fn, items, options), "starmapAsync()");
  }
}

// Python's methods take callbacks here, which would never be called.
function refuseCallbacks(method: string, callbacks: readonly unknown[]): void {
  if (callbacks.length === 0) return;
  throw new TypeError(`Cannot run ${method} with callbacks: write ${method}(…).get().then(callback, errorCallback)`);
}
