import { TargetError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { reducerOfClass } from "../../codec/registered-class.ts";
import type {
  BoundFunction,
  FunctionBundle,
  ModuleRequest,
  PackedFunction,
  PackedReducer,
  ValueSource,
} from "../form/function-bundle.ts";
import { functionName } from "../form/function-name.ts";
import { packageClassName } from "../form/package-class.ts";
import type { Callable } from "../form/target.ts";
import { weakIdentity } from "../form/weak-identity.ts";
import { type BoundParts, type Inspection, withInspector } from "../source/inspector.ts";
import { findBuiltin } from "./builtin-export.ts";
import type { BundleBuilder } from "./bundle-builder.ts";
import { cachedInspection } from "./capture-cache.ts";
import type { CapturePath } from "./capture-path.ts";
import { canCapture } from "./capture-properties.ts";
import { captureText } from "./capture-text.ts";
import { captureValue } from "./capture-value.ts";
import { CapturedMembers } from "./captured-members.ts";
import { CapturedScopes } from "./captured-scopes.ts";
import { cachedExport, type ExportReference, findExport } from "./find-export.ts";
import { requireUrl } from "./find-require.ts";
import { findGlobalPath } from "./global-path.ts";

/** Builds a bundle of functions, with all functions, variables and imports that they need. */
export class Capture implements BundleBuilder {
  readonly reach: Reach;
  readonly scopes = new CapturedScopes();
  readonly members: CapturedMembers;
  readonly #functions: (PackedFunction | null)[] = [];
  readonly #indices = new Map<object, number>();
  readonly #values: unknown[] = [];
  readonly #requests = new Map<string, ModuleRequest>();
  #inspect: ((target: object) => Inspection) | null = null;

  constructor(reach: Reach, members = new CapturedMembers()) {
    this.reach = reach;
    this.members = members;
  }

  /** The index of a function in the bundle; `undefined` when it was not added. */
  indexOf(fn: object): number | undefined {
    return this.#indices.get(fn);
  }

  inspect(target: object): Inspection {
    return cachedInspection(target) ?? this.inspectNow(target);
  }

  inspectNow(target: object): Inspection {
    return this.#inspect === null ? withInspector((inspect) => inspect(target)) : this.#inspect(target);
  }

  /** Keeps one inspector session open while `add` adds functions. */
  withInspectorOpen<T>(add: () => T): T {
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

  addFunction(fn: Callable, path: CapturePath): number {
    const known = this.#indices.get(fn);
    if (known !== undefined) return known;
    const index = this.#functions.push(null) - 1;
    // Recorded before the function is packed: it may refer to itself, or to functions that refer to it.
    this.#indices.set(fn, index);
    const packed = this.#pack(fn, path);
    const reducer = this.#packReducer(fn, packed, path);
    this.#functions[index] = reducer === undefined ? packed : { ...packed, reducer };
    return index;
  }

  #packReducer(fn: Callable, packed: PackedFunction, path: CapturePath): PackedReducer | undefined {
    const reducer = reducerOfClass(fn);
    if (reducer === undefined) return undefined;
    const pack = (to: BundleBuilder): PackedReducer => ({
      toPlain: captureValue(to, reducer.toPlain, null, "toPlain", path.toVariable("toPlain", functionName(fn))),
      fromPlain: captureValue(to, reducer.fromPlain, null, "fromPlain", path.toVariable("fromPlain", functionName(fn))),
    });
    // The module of a class registers it as a rule, and its functions may use what only the module has.
    if (packed.by === "source" && packed.source.from === "import" && !canCapture(this, pack)) return undefined;
    return pack(this);
  }

  /** Adds a function as its text, though its module may export it. */
  addText(fn: Callable, path: CapturePath): void {
    const inspection = this.inspect(fn);
    if (inspection.script === null) this.addFunction(fn, path);
    else captureText(this, fn, inspection, path);
  }

  addValue(value: unknown, isReduced = false): ValueSource {
    return { from: "value", value: this.#values.push(value) - 1, isReduced };
  }

  addSymbol(symbol: symbol): ValueSource {
    const global = findGlobalPath(symbol);
    if (global !== undefined) return { from: "global", path: global };
    const key = Symbol.keyFor(symbol);
    if (key !== undefined) return { from: "key", key };
    return { from: "symbol", id: weakIdentity(symbol), description: symbol.description };
  }

  addRequest(request: ModuleRequest): ModuleRequest {
    this.#requests.set(JSON.stringify(request), request);
    return request;
  }

  createTrial(): BundleBuilder {
    const trial = new Capture(this.reach, this.members.copy());
    trial.#inspect = this.#inspect;
    // The trial skips functions that are being added already: a class may hold itself in a field.
    for (const [fn, index] of this.#indices) trial.#indices.set(fn, index);
    return trial;
  }

  /** The names of this package's classes that the functions refer to. */
  readonly packageClasses = new Set<string>();

  get requests(): ModuleRequest[] {
    return [...this.#requests.values()];
  }

  get bundle(): FunctionBundle {
    return {
      scripts: this.scopes.scripts,
      scopes: this.scopes.packed,
      functions: this.#functions as PackedFunction[],
      values: this.#values,
    };
  }

  #pack(fn: Callable, path: CapturePath): PackedFunction {
    const className = packageClassName(fn);
    if (className !== undefined) {
      this.packageClasses.add(className);
      return { by: "source", source: { from: "package", name: className } };
    }
    const known = cachedExport(fn);
    if (known !== undefined) return this.#import(known);
    const inspection = this.inspect(fn);
    // Only functions that are not the program's are looked up among the globals: the program may have added globals.
    if (inspection.script === null || /^node:/.test(inspection.script.url)) {
      const global = findGlobalPath(fn);
      if (global !== undefined) return { by: "source", source: { from: "global", path: global } };
      const builtin = findBuiltin(fn);
      if (builtin !== undefined) return { by: "source", source: { from: "builtin", ...builtin } };
      const url = inspection.script === null ? undefined : requireUrl(fn);
      if (url !== undefined) return { by: "source", source: { from: "require", url } };
      if (inspection.bound !== null) return this.#packBound(inspection.bound, functionName(fn), path);
      throw new TargetError(`${path.messageStart(fn)}: ${explainNative(fn, inspection)}`);
    }
    const exported = findExport(fn, inspection);
    if (exported !== undefined) return this.#import(exported);
    return captureText(this, fn, inspection, path);
  }

  #packBound({ target, self, args }: BoundParts, name: string, path: CapturePath): BoundFunction {
    const capture = (value: unknown, part: string) =>
      captureValue(this, value, null, part, path.toVariable(part, name));
    return {
      by: "bound",
      target: { from: "function", function: this.addFunction(target, path) },
      self: capture(self, "this"),
      args: args.map((arg, index) => capture(arg, `arguments[${index}]`)),
    };
  }

  #import({ module, name, ...how }: ExportReference): PackedFunction {
    const request = this.addRequest({ specifier: module, from: null, attributes: {}, ...how });
    return { by: "source", source: { from: "import", request, name, isLive: false } };
  }
}

function explainNative(fn: Callable, { script }: Inspection): string {
  if (script === null)
    return "its text is unavailable, it is native or a Proxy; make it inside of the function that calls it, or import it there";
  return `it is a part of Node itself that has no public name (${functionName(fn) || "anonymous"}); make it inside of the function that uses it`;
}
