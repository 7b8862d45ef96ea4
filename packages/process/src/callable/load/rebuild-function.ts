import { TargetError } from "../../base/errors.ts";
import { addReducer, type ClassReducer, reducerOfClass } from "../../codec/registered-class.ts";
import { classByIdentity } from "../form/class-identity.ts";
import type {
  FunctionBundle,
  FunctionByText,
  PackedFunction,
  PackedReducer,
  PackedScope,
  ValueSource,
} from "../form/function-bundle.ts";
import { originalMember } from "../form/original-member.ts";
import type { AnyFunction, Callable } from "../form/target.ts";
import { rememberByIdentity } from "../form/weak-identity.ts";
import { beforeAssignment } from "./assignment-warning.ts";
import { childValue } from "./child-value.ts";
import { holdScope, LiveScope, liveScope, rememberScope } from "./live-scope.ts";
import { getExport, loadedModule } from "./load-module.ts";
import { setProperties } from "./rebuilt-properties.ts";
import { innerScope, type RebuiltScope, rootScope } from "./rebuilt-scope.ts";

type Decode = (data: unknown) => unknown;

/** A scope of a bundle in this thread, and the variables that get their values from the bundle. */
interface BundleScope {
  readonly live: LiveScope;
  readonly takes: ReadonlySet<string>;
}

/** Rebuilds the functions of a bundle. */
export class FunctionRebuilder {
  readonly #bundle: FunctionBundle;
  readonly #decode: Decode;
  readonly #functions: (Callable | undefined)[] = [];
  /** Functions whose text is being evaluated. */
  readonly #evaluating = new Set<number>();
  readonly #roots = new Map<number, RebuiltScope>();
  readonly #scopes = new Map<number, BundleScope>();
  /** Variables that a scope got as copies of those of a scope around it. */
  readonly #copied: [LiveScope, string, ValueSource][] = [];
  readonly #values = new Map<number, unknown>();
  #isStarted = false;

  constructor(bundle: FunctionBundle, decode: Decode) {
    this.#bundle = bundle;
    this.#decode = decode;
  }

  /** The function with this index. The first call rebuilds all functions, unless it is for a class that is known. */
  function(index: number): Callable {
    const known = this.#functions[index] ?? this.#knownClass(index);
    if (known !== undefined && this.#missingReducer(index, known) === undefined) return known;
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#rebuildAll();
    }
    return this.#register(index);
  }

  // Functions come first, since evaluating their text reads no variable. Then the variables are set that hold
  // functions, imports and globals, then those that hold classes and values, whose evaluation may read any of the
  // others, and last the values that `fromPlain` functions make.
  #rebuildAll(): void {
    const { functions } = this.#bundle;
    for (const index of functions.keys()) if (!this.#isClass(index)) this.#rebuild(index);
    for (const step of [0, 1, 2]) this.#setVariables((source) => this.#stepOf(source) === step);
    for (const [scope, name, source] of this.#copied) scope.set(name, this.#resolve(source));
    for (const [index, packed] of functions.entries()) {
      const fn = this.#register(index);
      // A class that this thread had already keeps its state.
      if (packed.by === "text" && this.#functions[index] === fn) this.#setProperties(fn, packed);
    }
  }

  // The program may have registered a class after it was sent for the first time.
  #missingReducer(index: number, fn: Callable): PackedReducer | undefined {
    return reducerOfClass(fn) === undefined ? this.#bundle.functions[index]?.reducer : undefined;
  }

  #register(index: number): Callable {
    const fn = this.#rebuild(index);
    const missing = this.#missingReducer(index, fn);
    if (missing !== undefined) {
      const reducer = { toPlain: this.#resolve(missing.toPlain), fromPlain: this.#resolve(missing.fromPlain) };
      addReducer(fn as never, reducer as ClassReducer<object, unknown>);
    }
    return fn;
  }

  #isClass(index: number): boolean {
    const packed = this.#bundle.functions[index];
    // A bound function is made of values, as a class may be, and a member of a class needs the class.
    if (packed?.by === "source") return packed.source.from === "member";
    return packed?.by === "bound" || (packed?.by === "text" && packed.isClass);
  }

  #stepOf(source: ValueSource): number {
    if (source.from === "value") return source.isReduced ? 2 : 1;
    return source.from === "members" || (source.from === "function" && this.#isClass(source.function)) ? 1 : 0;
  }

  #setVariables(isDue: (source: ValueSource) => boolean): void {
    for (const [index, { variables }] of this.#bundle.scopes.entries()) {
      for (const [name, source] of Object.entries(variables)) {
        if (isDue(source) && this.#scope(index).takes.has(name)) this.#setIn(index, name, source);
      }
    }
  }

  #setIn(index: number, name: string, source: ValueSource): void {
    this.#scope(index).live.set(name, this.#resolve(source));
  }

  #knownClass(index: number): Callable | undefined {
    const packed = this.#bundle.functions[index];
    if (packed?.by !== "text" || packed.identity === null) return undefined;
    const { url } = this.#bundle.scripts[packed.script] as FunctionBundle["scripts"][number];
    return classByIdentity(packed.identity, { ...packed, url });
  }

  #rebuild(index: number): Callable {
    const known = this.#functions[index] ?? this.#knownClass(index);
    if (known !== undefined) return known;
    const packed = this.#bundle.functions[index];
    if (packed === undefined) throw new Error(`Cannot rebuild function ${index}: there is none`);
    if (this.#evaluating.has(index)) {
      // An object may hold a method that is bound to itself: then the method is looked up when it is called.
      if (packed.by === "bound") return callLater.bind({ functions: this.#functions, index } as never) as never;
      throw new TargetError(
        `Cannot load "${packed.by === "text" ? packed.name : index}": its definition needs a value that contains it; ` +
          "export it from a module",
      );
    }
    this.#evaluating.add(index);
    const fn = this.#make(packed);
    if (typeof fn !== "function") throw new TargetError(`Cannot load a function: its source is ${typeof fn}`);
    this.#functions[index] = fn;
    if (packed.by === "text" && packed.identity !== null) rememberByIdentity(packed.identity.id, fn);
    return fn;
  }

  #make(packed: PackedFunction): Callable {
    if (packed.by === "text") return this.#evaluate(packed);
    if (packed.by === "source") return this.#resolve(packed.source) as Callable;
    const target = this.#resolve(packed.target) as AnyFunction;
    return target.bind(this.#resolve(packed.self), ...packed.args.map((arg) => this.#resolve(arg))) as never;
  }

  #evaluate(packed: FunctionByText): Callable {
    const { script, scope, ownVariables, atDefinition } = packed;
    for (const name of atDefinition) this.#setVariable(scope, name);
    const live = scope === null ? null : this.#scope(scope).live;
    const inner = innerScope(live ?? this.#root(script), Object.keys(ownVariables));
    for (const [name, source] of Object.entries(ownVariables)) {
      inner.set(name, source.from === "assigned" ? beforeAssignment(source, live) : this.#resolve(source));
    }
    const holder = inner.evaluate(textAtPosition(packed, this.#bundle)) as object;
    const [descriptor] = Object.values(Object.getOwnPropertyDescriptors(holder));
    const fn = (descriptor?.value ?? descriptor?.get ?? descriptor?.set) as Callable;
    if (live !== null) holdScope(fn, live);
    return withName(fn, packed.name);
  }

  #setVariable(scope: number | null, name: string): void {
    for (let at = scope; at !== null; at = this.#bundle.scopes[at]?.parent ?? null) {
      const source = this.#bundle.scopes[at]?.variables[name];
      if (source === undefined) continue;
      if (this.#scope(at).takes.has(name)) this.#setIn(at, name, source);
      return;
    }
  }

  #setProperties(fn: Callable, { properties, parent }: FunctionByText): void {
    const prototype = fn.prototype as object;
    if (parent !== null) {
      const base = this.#resolve(parent.source) as Callable;
      Object.setPrototypeOf(prototype, base.prototype);
      if (parent.hasStatics) Object.setPrototypeOf(fn, base);
    }
    setProperties(fn, properties, (source) => this.#resolve(source));
  }

  // The scope of this thread, with those of the message's variables that it takes.
  #scope(index: number): BundleScope {
    const known = this.#scopes.get(index);
    if (known !== undefined) return known;
    const { id, isTop, script, parent, variables, versions } = this.#bundle.scopes[index] as PackedScope;
    const outer = parent === null ? null : this.#scope(parent).live;
    let live = liveScope(id);
    if (live === undefined) {
      live = new LiveScope(outer ?? this.#root(script), outer);
      rememberScope(id, live, isTop);
    }
    const names = Object.keys(variables).filter((name) => !this.#addLive(live, name, index));
    live.add(names);
    const made = { live, takes: new Set(names.filter((name) => live.accept(name, versions[name]))) };
    this.#scopes.set(index, made);
    this.#copyMissing(live, parent);
    return made;
  }

  // A scope that this thread has had for longer does not see the variables that those around it got later.
  #copyMissing(live: LiveScope, parent: number | null): void {
    for (let at = parent; at !== null; at = this.#bundle.scopes[at]?.parent ?? null) {
      const { variables } = this.#bundle.scopes[at] as PackedScope;
      for (const name of live.missing(Object.keys(variables))) {
        if (this.#addLive(live, name, at)) continue;
        live.add([name]);
        this.#copied.push([live, name, variables[name] as ValueSource]);
      }
    }
  }

  /** Adds a variable of a scope of the bundle, if it is a live import. */
  #addLive(live: LiveScope, name: string, scope: number): boolean {
    const { variables, script } = this.#bundle.scopes[scope] as PackedScope;
    const source = variables[name];
    if (source?.from !== "import" || !source.isLive) return false;
    const namespace = loadedModule(source.request);
    const read = () => getExport(namespace, source.name as string);
    live.addLive(name, read, this.#bundle.scripts[script] as FunctionBundle["scripts"][number]);
    return true;
  }

  #root(script: number): RebuiltScope {
    const made =
      this.#roots.get(script) ?? rootScope(this.#bundle.scripts[script] as FunctionBundle["scripts"][number]);
    this.#roots.set(script, made);
    return made;
  }

  #resolve(source: ValueSource): unknown {
    switch (source.from) {
      case "value":
        if (!this.#values.has(source.value))
          this.#values.set(source.value, this.#decode(this.#bundle.values[source.value]));
        return this.#values.get(source.value);
      case "function":
        return this.#rebuild(source.function);
      case "members":
        return Object.defineProperties(
          {},
          Object.fromEntries(Object.entries(source.members).map(([name, member]) => [name, this.#member(member)])),
        );
      case "getter":
        return (this.#rebuild(source.function) as AnyFunction)();
      case "member": {
        const key = typeof source.key === "string" ? source.key : (this.#resolve(source.key) as symbol);
        return withName(originalMember(this.#rebuild(source.class), { ...source, key }), source.name);
      }
      case "assigned":
        return beforeAssignment(source, null);
      case "refused":
        throw new TargetError(source.message);
      default:
        return childValue(source);
    }
  }

  #member(source: ValueSource): PropertyDescriptor {
    const shared = { enumerable: true, configurable: true };
    if (source.from === "refused") return { ...shared, get: () => this.#resolve(source) };
    if (source.from !== "getter") return { ...shared, value: this.#resolve(source), writable: true };
    return { ...shared, get: this.#rebuild(source.function) as () => unknown };
  }
}

// A class may have a static member `name` of its own, which is no string and stays.
function withName<T>(fn: T, name: string): T {
  const present: unknown = (fn as Callable).name;
  if (typeof present === "string" && present !== name) {
    Object.defineProperty(fn, "name", { value: name, configurable: true });
  }
  return fn;
}

function callLater(this: { functions: readonly AnyFunction[]; index: number }, ...args: never[]): unknown {
  return (this.functions[this.index] as AnyFunction)(...args);
}

// Pads the text to its line and column in the original script, and names that script, so that stack traces show where
// the function was written.
function textAtPosition(
  { name, text, isMethod, line, column, script }: FunctionByText,
  { scripts }: FunctionBundle,
): string {
  const { url, sourceMap, isStrict } = scripts[script] as FunctionBundle["scripts"][number];
  const before = `${isStrict ? '"use strict"; ' : ""}({${isMethod ? "" : `${JSON.stringify(name)}:`}`;
  const start =
    line === 0
      ? `${before}${" ".repeat(Math.max(0, column - before.length))}`
      : `${"\n".repeat(line - 1)}${before}\n${" ".repeat(column)}`;
  const urls = `${url && `\n//# sourceURL=${url}`}${sourceMap && `\n//# sourceMappingURL=${sourceMap}`}`;
  return `${start}${text}\n})${urls}`;
}
