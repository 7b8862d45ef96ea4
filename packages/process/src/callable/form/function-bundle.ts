/**
 * The functions of one message, with the variables that they share: plain data.
 *
 * All that refers to something else in it does so by index, so that functions may name each other in circles.
 */
export interface Bundle {
  /** Where functions were written. */
  readonly scripts: readonly PackedScript[];
  readonly scopes: readonly PackedScope[];
  readonly functions: readonly PackedFunction[];
  /** What variables and fields hold that is no function: it is encoded as any value of a message. */
  readonly values: readonly unknown[];
}

/** Where functions were written. */
export interface PackedScript {
  /** Its URL; empty when it has none. What functions import is resolved from there. */
  readonly url: string;
  /** The address of its source map, when stack traces are to be mapped; else empty. */
  readonly sourceMap: string;
  readonly isStrict: boolean;
}

/** Variables that functions share: one call's, one block's, or one module's. */
export interface PackedScope {
  readonly script: number;
  /** The scope around it. */
  readonly parent: number | null;
  readonly variables: Readonly<Record<string, Source>>;
}

/** How a variable gets its value in the child. */
export type Source =
  | { readonly from: "value"; readonly value: number }
  | { readonly from: "function"; readonly function: number }
  /** An export of a module, or its whole namespace. */
  | { readonly from: "import"; readonly request: ModuleRequest; readonly name: string | null }
  /** An object with these members, as a namespace has them. */
  | { readonly from: "members"; readonly members: Readonly<Record<string, Source>> }
  /** Something that every program of JavaScript or Node has: `Math.floor`. */
  | { readonly from: "global"; readonly path: readonly string[] }
  /** A built-in module of Node, or an export of one. */
  | { readonly from: "builtin"; readonly module: string; readonly name: string | null }
  /** A class of this package. */
  | { readonly from: "own"; readonly name: string }
  /** A symbol of the program's own, of the registry when it has a key; where the id is the same, so is the symbol. */
  | {
      readonly from: "symbol";
      readonly id: number;
      readonly description: string | undefined;
      readonly key: string | undefined;
    }
  /** What a CommonJS module is given: its `require`. */
  | { readonly from: "require"; readonly url: string }
  /** What `require` gives there, a member of that, or what a transpiler makes of it. */
  | {
      readonly from: "required";
      readonly url: string;
      readonly specifier: string;
      readonly member: string | null;
      readonly as: RequiredForm;
    }
  /** `import.meta` of the script, or what a loader puts in its place. */
  | { readonly from: "meta"; readonly url: string }
  /** `import()` as it works in the script, where a loader has put a function in its place. */
  | { readonly from: "importer"; readonly url: string }
  /** Tells that a captured variable is assigned to. */
  | { readonly from: "assigned"; readonly function: string };

/** `"exports"`: as it is; `"namespace"`: its members, and itself as `default`; `"copy"`: its members. */
export type RequiredForm = "exports" | "namespace" | "copy";

/** A module that must be imported before the message can be read. */
export interface ModuleRequest {
  readonly specifier: string;
  /** The URL of the module that asks; `null` when the specifier is a URL. */
  readonly from: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

/** One function. */
export type PackedFunction = FunctionByText | FunctionBySource;

/** A function that the child has already, or gets by an import. */
export interface FunctionBySource {
  readonly by: "source";
  readonly source: Source;
}

/** A function or class that the child makes of its text. */
export interface FunctionByText {
  readonly by: "text";
  readonly script: number;
  readonly scope: number | null;
  readonly name: string;
  readonly text: string;
  /** How the text stands in an object literal: behind a key, or by itself. */
  readonly isMethod: boolean;
  /** Where the text begins in its script; both count from 0. */
  readonly line: number;
  readonly column: number;
  /** Variables of its own, which its text names in place of `this`, `import.meta` and the like. */
  readonly own: Readonly<Record<string, Source>>;
  /** Whether evaluating the text does no more than make the function; a class has parts that are evaluated with it. */
  readonly isClass: boolean;
  /** Names of variables that must hold their values before the text is evaluated. */
  readonly atDefinition: readonly string[];
  /** Its own fields, and those that its prototype has besides what the text makes. */
  readonly fields: Readonly<Record<string, Source>>;
  readonly prototypeFields: Readonly<Record<string, Source>>;
  /** What its prototype inherits from, where that is not what the text says. */
  readonly parent: Source | null;
}
