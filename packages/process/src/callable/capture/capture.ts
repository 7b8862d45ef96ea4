import { TargetError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import type { Bundle, ModuleRequest, PackedFunction, Source } from "../form/function-bundle.ts";
import { nameOf } from "../form/function-name.ts";
import { ownClassName } from "../form/own-class.ts";
import type { Callable } from "../form/target.ts";
import { type Inspected, withInspector } from "../source/inspector.ts";
import { recall } from "./capture-cache.ts";
import type { Trail } from "./capture-path.ts";
import type { Gathering } from "./capture-queue.ts";
import { captureText } from "./capture-text.ts";
import { CapturedScopes } from "./captured-scopes.ts";
import { type ExportName, exportOf, knownExportOf } from "./find-export.ts";
import { builtinOf, globalPathOf } from "./global-name.ts";

/** Gathers functions, and all that they need of their surroundings, into a bundle. */
export class Capture implements Gathering {
  readonly reach: Reach;
  readonly scopes = new CapturedScopes();
  readonly instances = new Map<object, number>();
  readonly #functions: (PackedFunction | null)[] = [];
  readonly #indices = new Map<object, number>();
  readonly #values: unknown[] = [];
  readonly #requests = new Map<string, ModuleRequest>();
  readonly #symbols = new Map<symbol, number>();
  #inspect: ((target: object) => Inspected) | null = null;

  constructor(reach: Reach) {
    this.reach = reach;
  }

  /** The index of a function in the bundle; `undefined` when it was not added. */
  indexOf(fn: object): number | undefined {
    return this.#indices.get(fn);
  }

  inspect(target: object): Inspected {
    const known = recall(target);
    if (known !== undefined) return known;
    return this.#inspect === null ? withInspector((inspect) => inspect(target)) : this.#inspect(target);
  }

  /** Keeps the inspector open while many functions are added. */
  gather<T>(add: () => T): T {
    if (this.#inspect !== null) return add();
    return withInspector((inspect) => {
      this.#inspect = inspect;
      try {
        return add();
      } finally {
        this.#inspect = null;
      }
    });
  }

  add(fn: Callable, trail: Trail): number {
    const known = this.#indices.get(fn);
    if (known !== undefined) return known;
    const index = this.#functions.push(null) - 1;
    // Noted first: a function may name itself, or others that name it.
    this.#indices.set(fn, index);
    this.#functions[index] = this.#pack(fn, trail);
    return index;
  }

  /** Adds a function as its text, though its module may export it. */
  addText(fn: Callable, trail: Trail): void {
    const inspected = this.inspect(fn);
    if (inspected.script === null) this.add(fn, trail);
    else captureText(this, fn, inspected, trail);
  }

  value(value: unknown): Source {
    return { from: "value", value: this.#values.push(value) - 1 };
  }

  symbol(symbol: symbol): Source {
    const global = globalPathOf(symbol);
    if (global !== undefined) return { from: "global", path: global };
    const id = this.#symbols.get(symbol) ?? this.#symbols.size;
    this.#symbols.set(symbol, id);
    return { from: "symbol", id, description: symbol.description, key: Symbol.keyFor(symbol) };
  }

  request(request: ModuleRequest): ModuleRequest {
    this.#requests.set(JSON.stringify(request), request);
    return request;
  }

  trial(): Gathering {
    const trial = new Capture(this.reach);
    trial.#inspect = this.#inspect;
    // What is being added already is not tried once more: a class may hold itself in a field.
    for (const [fn, index] of this.#indices) trial.#indices.set(fn, index);
    return trial;
  }

  /** The names of this package's own classes that the functions refer to. */
  readonly ownClasses = new Set<string>();

  get requests(): ModuleRequest[] {
    return [...this.#requests.values()];
  }

  get bundle(): Bundle {
    return {
      scripts: this.scopes.scripts,
      scopes: this.scopes.packed,
      functions: this.#functions as PackedFunction[],
      values: this.#values,
    };
  }

  #pack(fn: Callable, trail: Trail): PackedFunction {
    const own = ownClassName(fn);
    if (own !== undefined) {
      this.ownClasses.add(own);
      return { by: "source", source: { from: "own", name: own } };
    }
    const known = knownExportOf(fn);
    if (known !== undefined) return this.#import(known);
    const inspected = this.inspect(fn);
    // Not before it is known to be none of the program's: that may have globals too.
    if (inspected.script === null || /^node:/.test(inspected.script.url)) {
      const global = globalPathOf(fn);
      if (global !== undefined) return { by: "source", source: { from: "global", path: global } };
      const builtin = builtinOf(fn);
      if (builtin !== undefined) return { by: "source", source: { from: "builtin", ...builtin } };
      throw new TargetError(`${trail.refusal(fn)}: ${whyNative(fn, inspected)}`);
    }
    const exported = exportOf(fn, inspected);
    if (exported !== undefined) return this.#import(exported);
    return captureText(this, fn, inspected, trail);
  }

  #import({ module, name }: ExportName): PackedFunction {
    const request = this.request({ specifier: module, from: null, attributes: {} });
    return { by: "source", source: { from: "import", request, name } };
  }
}

function whyNative(fn: Callable, { script, isBound }: Inspected): string {
  if (isBound) return "it is a bound function; start an arrow function that calls it: () => bound()";
  if (script === null) return "its text is not to be had, it is native or a Proxy; start a function that calls it";
  return `it is a part of Node itself that has no public name (${nameOf(fn) || "anonymous"}); make it inside of the function that uses it`;
}
