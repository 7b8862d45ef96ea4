import { TargetError } from "../../base/errors.ts";
import type { Bundle, FunctionByText, Source } from "../form/function-bundle.ts";
import { ownClass } from "../form/own-class.ts";
import type { Callable } from "../form/target.ts";
import { warnOfAssignment } from "./captured-assignment.ts";
import { importerAt } from "./importer.ts";
import { innerScope, type LiveScope, rootScope } from "./live-scope.ts";
import { exportNamed, metaOf, missingExport, moduleOf, requireAs, requireFrom } from "./load-module.ts";

type Decode = (data: unknown) => unknown;

/** Makes the functions of a bundle anew. */
export class Revival {
  readonly #bundle: Bundle;
  readonly #decode: Decode;
  readonly #functions: (Callable | undefined)[] = [];
  readonly #making = new Set<number>();
  readonly #roots = new Map<number, LiveScope>();
  readonly #scopes = new Map<number, LiveScope>();
  readonly #values = new Map<number, unknown>();
  readonly #symbols = new Map<number, symbol>();
  #begun = false;

  constructor(bundle: Bundle, decode: Decode) {
    this.#bundle = bundle;
    this.#decode = decode;
  }

  /** The function with this index. The first call makes all. */
  function(index: number): Callable {
    if (!this.#begun) {
      this.#begun = true;
      this.#makeAll();
    }
    return this.#make(index);
  }

  // What only makes functions goes first, then what is there already, then what may hold any of these: classes and values.
  #makeAll(): void {
    const { functions } = this.#bundle;
    for (const index of functions.keys()) if (!this.#isClass(index)) this.#make(index);
    for (const isLate of [false, true]) this.#setVariables((source) => this.#isLate(source) === isLate);
    for (const [index, packed] of functions.entries()) {
      if (packed.by === "text") this.#finish(this.#make(index), packed);
    }
  }

  #isClass(index: number): boolean {
    const packed = this.#bundle.functions[index];
    return packed?.by === "text" && packed.isClass;
  }

  #isLate(source: Source): boolean {
    return source.from === "function"
      ? this.#isClass(source.function)
      : source.from === "value" || source.from === "members";
  }

  #setVariables(isDue: (source: Source) => boolean): void {
    for (const [index, { variables }] of this.#bundle.scopes.entries()) {
      for (const [name, source] of Object.entries(variables)) {
        if (isDue(source)) this.#scope(index).set(name, this.#resolve(source));
      }
    }
  }

  #make(index: number): Callable {
    const made = this.#functions[index];
    if (made !== undefined) return made;
    const packed = this.#bundle.functions[index];
    if (packed === undefined) throw new Error(`Cannot make function ${index}: there is none`);
    if (this.#making.has(index)) {
      throw new TargetError(
        `Cannot load "${packed.by === "text" ? packed.name : index}": defining it needs something that holds it already; export it from a module`,
      );
    }
    this.#making.add(index);
    const fn = packed.by === "text" ? this.#evaluate(packed) : (this.#resolve(packed.source) as Callable);
    if (typeof fn !== "function") throw new TargetError(`Cannot load a function: what it stands for is ${typeof fn}`);
    this.#functions[index] = fn;
    return fn;
  }

  #evaluate(packed: FunctionByText): Callable {
    const { script, scope, own, atDefinition } = packed;
    for (const name of atDefinition) this.#setNow(scope, name);
    const outer = scope === null ? this.#root(script) : this.#scope(scope);
    const inner = innerScope(outer, Object.keys(own));
    for (const [name, source] of Object.entries(own)) inner.set(name, this.#resolve(source));
    const holder = inner.evaluate(placed(packed, this.#bundle)) as object;
    const [descriptor] = Object.values(Object.getOwnPropertyDescriptors(holder));
    const fn = (descriptor?.value ?? descriptor?.get ?? descriptor?.set) as Callable;
    if (typeof fn.name === "string" && fn.name !== packed.name && !Object.hasOwn(packed.fields, "name")) {
      Object.defineProperty(fn, "name", { value: packed.name, configurable: true });
    }
    return fn;
  }

  #setNow(scope: number | null, name: string): void {
    for (let at = scope; at !== null; at = this.#bundle.scopes[at]?.parent ?? null) {
      const source = this.#bundle.scopes[at]?.variables[name];
      if (source === undefined) continue;
      this.#scope(at).set(name, this.#resolve(source));
      return;
    }
  }

  #finish(fn: Callable, { fields, prototypeFields, parent }: FunctionByText): void {
    const prototype = fn.prototype as object;
    if (parent !== null) {
      const base = this.#resolve(parent) as Callable;
      Object.setPrototypeOf(prototype, base.prototype);
    }
    for (const [holder, sources] of [
      [fn, fields],
      [prototype, prototypeFields],
    ] as const) {
      for (const [key, source] of Object.entries(sources)) {
        const value = this.#resolve(source);
        Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
      }
    }
  }

  #scope(index: number): LiveScope {
    const known = this.#scopes.get(index);
    if (known !== undefined) return known;
    const { script, parent, variables } = this.#bundle.scopes[index] as Bundle["scopes"][number];
    const outer = parent === null ? this.#root(script) : this.#scope(parent);
    const made = innerScope(outer, Object.keys(variables));
    this.#scopes.set(index, made);
    return made;
  }

  #root(script: number): LiveScope {
    const made = this.#roots.get(script) ?? rootScope(this.#bundle.scripts[script] as Bundle["scripts"][number]);
    this.#roots.set(script, made);
    return made;
  }

  #resolve(source: Source): unknown {
    switch (source.from) {
      case "value":
        if (!this.#values.has(source.value))
          this.#values.set(source.value, this.#decode(this.#bundle.values[source.value]));
        return this.#values.get(source.value);
      case "function":
        return this.#make(source.function);
      case "import": {
        const namespace = moduleOf(source.request);
        if (source.name === null) return namespace;
        const found = exportNamed(namespace, source.name);
        if (found === undefined && !(source.name in namespace)) {
          throw missingExport(`Cannot load "${source.name}"`, source.request, namespace);
        }
        return found;
      }
      case "members":
        return Object.fromEntries(
          Object.entries(source.members).map(([name, member]) => [name, this.#resolve(member)]),
        );
      case "global":
        return source.path.reduce(
          (holder, key) => holder[key] as Record<string, unknown>,
          globalThis as unknown as Record<string, unknown>,
        );
      case "builtin": {
        const module = process.getBuiltinModule(source.module) as unknown as Record<string, unknown>;
        return source.name === null ? module : module[source.name];
      }
      case "own":
        return ownClass(source.name);
      case "symbol": {
        const symbol =
          this.#symbols.get(source.id) ??
          (source.key === undefined ? Symbol(source.description) : Symbol.for(source.key));
        this.#symbols.set(source.id, symbol);
        return symbol;
      }
      case "require":
        return requireFrom(source.url);
      case "required":
        return requireAs(source);
      case "meta":
        return metaOf(source.url);
      case "importer":
        return importerAt(source.url);
      case "assigned":
        return warnOfAssignment(source.function);
    }
  }
}

// The text stands at its line and column, in a script of the name that it came from: stack traces show where it was written.
function placed({ name, text, isMethod, line, column, script }: FunctionByText, { scripts }: Bundle): string {
  const { url, sourceMap, isStrict } = scripts[script] as Bundle["scripts"][number];
  const before = `${isStrict ? '"use strict"; ' : ""}({${isMethod ? "" : `${JSON.stringify(name)}:`}`;
  const start =
    line === 0
      ? `${before}${" ".repeat(Math.max(0, column - before.length))}`
      : `${"\n".repeat(line - 1)}${before}\n${" ".repeat(column)}`;
  const urls = `${url && `\n//# sourceURL=${url}`}${sourceMap && `\n//# sourceMappingURL=${sourceMap}`}`;
  return `${start}${text}\n})${urls}`;
}
