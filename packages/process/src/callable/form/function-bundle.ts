import type { ClassIdentity } from "./class-identity.ts";

/**
 * The functions of one message, with the variables that they share: plain data. Functions, scopes and values refer to
 * each other by index, so that functions may refer to each other in cycles.
 */
export interface FunctionBundle {
  /** The scripts that the functions are from. */
  readonly scripts: readonly PackedScript[];
  readonly scopes: readonly PackedScope[];
  readonly functions: readonly PackedFunction[];
  /** The values of variables and fields, except functions; encoded like any value of a message. */
  readonly values: readonly unknown[];
}

/** A script that functions are from. */
export interface PackedScript {
  /** Its URL, from which imports are resolved; empty when it has none. */
  readonly url: string;
  /** The URL of its source map when stack traces are mapped; else empty. */
  readonly sourceMap: string;
  readonly isStrict: boolean;
}

/** Variables that functions share: those of one call, one block or one module. */
export interface PackedScope {
  /** Its id in all threads and processes: functions of several messages share it. */
  readonly id: string;
  /** Whether it is the outermost scope of its script. */
  readonly isTop: boolean;
  readonly script: number;
  /** The index of the enclosing scope. */
  readonly parent: number | null;
  readonly variables: Readonly<Record<string, ValueSource>>;
  /** The versions of the objects that variables hold; see `ScopeIdentity`. */
  readonly versions: Readonly<Record<string, number>>;
}

/** How a variable gets its value in the child. */
export type ValueSource =
  /** A value, and whether functions of `registerClass()` make parts of it. */
  | { readonly from: "value"; readonly value: number; readonly isReduced: boolean }
  | { readonly from: "function"; readonly function: number }
  /** An export of a module, or its whole namespace. A live one is read at each use: its module assigns to it. */
  | { readonly from: "import"; readonly request: ModuleRequest; readonly name: string | null; readonly isLive: boolean }
  /** An object with these members, in place of a namespace of which only they are used. */
  | { readonly from: "members"; readonly members: Readonly<Record<string, ValueSource>> }
  /** A member that a function of the bundle reads, whenever it is used. */
  | { readonly from: "getter"; readonly function: number }
  /** A member that the child must not read: reading it throws a `TargetError` with this message. */
  | { readonly from: "refused"; readonly message: string }
  /** An object that every program has, by its path from the global object: `Math.floor`. */
  | { readonly from: "global"; readonly path: readonly string[] }
  /** A built-in module of Node, or an export of one. */
  | { readonly from: "builtin"; readonly module: string; readonly name: string | null }
  /** A class of this package. */
  | { readonly from: "package"; readonly name: string }
  /** A symbol that `Symbol.for(key)` gives. */
  | { readonly from: "key"; readonly key: string }
  /** Another symbol of the program. The same id is the same symbol. */
  | { readonly from: "symbol"; readonly id: string; readonly description: string | undefined }
  /** A weak map or set in which compiled code keeps private members: the child has an empty one by the same id. */
  | { readonly from: "private"; readonly id: string; readonly isMap: boolean }
  /** The `require` of a CommonJS module. */
  | { readonly from: "require"; readonly url: string }
  /** The result of `require(specifier)` there, a member of it, or the object that a transpiler makes from it. */
  | {
      readonly from: "required";
      readonly url: string;
      readonly specifier: string;
      readonly member: string | null;
      readonly as: RequiredForm;
    }
  /** `import.meta` of the script, or the variable that a loader replaces it by. */
  | { readonly from: "meta"; readonly url: string }
  /** The function by which Vite replaces `import()` in the script, and Vite's root folder. */
  | { readonly from: "importer"; readonly url: string; readonly root: string }
  /** A function that the text of a class makes, which may use what only that class has. */
  | {
      readonly from: "member";
      readonly class: number;
      readonly isStatic: boolean;
      readonly key: PropertyKeySource;
      readonly part: "value" | "get" | "set";
      readonly name: string;
    }
  /** A function that the rewritten text calls before it assigns to a captured variable: it warns unless it is quiet. */
  | { readonly from: "assigned"; readonly function: string; readonly isQuiet: boolean };

/** `"exports"`: the exports; `"namespace"`: a copy, with the exports as `default`; `"copy"`: a copy of the exports. */
export type RequiredForm = "exports" | "namespace" | "copy";

/** A module that must be imported before the message is decoded. */
export interface ModuleRequest {
  readonly specifier: string;
  /** The URL of the importing module; `null` when the specifier is a URL. */
  readonly from: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Set when a hook of `require()` compiled it in the program: `import()` would load it without the hook. */
  readonly isCompiledByRequire?: true;
}

/** One function or class. */
export type PackedFunction = (FunctionByText | FunctionBySource | BoundFunction) & {
  /** How its objects are copied: of a class of `registerClass()`, for a receiver that has not registered it. */
  readonly reducer?: PackedReducer;
};

/** The functions that were given to `registerClass()`. */
export interface PackedReducer {
  readonly toPlain: ValueSource;
  readonly fromPlain: ValueSource;
}

/** A function that `bind()` made. */
export interface BoundFunction {
  readonly by: "bound";
  readonly target: ValueSource;
  readonly self: ValueSource;
  readonly args: readonly ValueSource[];
}

/** A function that the child has, or imports. */
export interface FunctionBySource {
  readonly by: "source";
  readonly source: ValueSource;
}

/** A string, or the source of a symbol. */
export type PropertyKeySource = string | ValueSource;

/** A property of a function or of its prototype. */
export interface PackedProperty {
  /** Whether the function itself has it, rather than its prototype. */
  readonly isStatic: boolean;
  readonly key: PropertyKeySource;
  /** The parts of its descriptor that the text does not make. */
  readonly parts: Readonly<Partial<Record<"value" | "get" | "set", ValueSource>>>;
  /** `null` for a member of the text that the program has deleted. */
  readonly attributes: {
    readonly configurable: boolean;
    readonly enumerable: boolean;
    readonly writable?: boolean;
  } | null;
}

/** A function or class that the child rebuilds from its text. */
export interface FunctionByText {
  readonly by: "text";
  readonly script: number;
  readonly scope: number | null;
  readonly name: string;
  readonly text: string;
  /** Whether the text is a method's: a member of an object literal by itself, rather than the value after a key. */
  readonly isMethod: boolean;
  /** Where the text begins in its script. Line and column count from 0. */
  readonly line: number;
  readonly column: number;
  /** Variables that no scope holds: placeholders in its text, such as that for `import.meta`, and imports. */
  readonly ownVariables: Readonly<Record<string, ValueSource>>;
  /** Whether the text is a class's: evaluating it also evaluates its superclass, computed names and static parts. */
  readonly isClass: boolean;
  /** What the class is known by in all threads and processes; `null` for a function. */
  readonly identity: ClassIdentity | null;
  /** The names of the variables that must be set before the text is evaluated. */
  readonly atDefinition: readonly string[];
  /** Its properties, and those of its prototype, that differ from those which its text makes. */
  readonly properties: readonly PackedProperty[];
  /**
   * The constructor function that its prototype was made to inherit from, and whether it inherits static members, too;
   * `null` when the text says it.
   */
  readonly parent: { readonly source: ValueSource; readonly hasStatics: boolean } | null;
}
