import { childrenOf, isNode, namesOfPattern, type SyntaxNode } from "./parse.ts";

/** A reference to a variable that the text does not declare. */
export interface FreeReference {
  readonly name: string;
  readonly node: SyntaxNode;
  /** The member that is read of it: `scale` in `module.scale(2)`; `null` when it is used in another way. */
  readonly member: string | null;
  /** Whether the definition itself needs its value, before anything is called: a superclass, a computed name. */
  readonly atDefinition: boolean;
}

/** The parts of a text that depend on the code around it. */
export interface FreeVariables {
  readonly references: readonly FreeReference[];
  /** Expressions that assign to undeclared variables, with the variables' names. Outer expressions come first. */
  readonly assignments: readonly {
    readonly node: SyntaxNode;
    readonly names: string[];
    readonly startsStatement: boolean;
  }[];
  /** Each `this` that belongs to the code around the text. */
  readonly thises: readonly SyntaxNode[];
  /** Each `import.meta`. */
  readonly metas: readonly SyntaxNode[];
  /** Other parts that only the code around the text has: `super`, `new.target`, `#secret`. */
  readonly unavailable: readonly string[];
}

class Scope {
  readonly names = new Set<string>();
  readonly parent: Scope | null;
  /** Whether a `var` inside of it is declared in it. */
  readonly isFunction: boolean;

  constructor(parent: Scope | null, isFunction: boolean) {
    this.parent = parent;
    this.isFunction = isFunction;
  }

  declares(name: string): boolean {
    return this.names.has(name) || (this.parent?.declares(name) ?? false);
  }

  get forVar(): Scope {
    return this.isFunction || this.parent === null ? this : this.parent.forVar;
  }
}

/** The context of a node. */
interface WalkPosition {
  readonly scope: Scope;
  /** Whether `this` and `new.target` belong to the code around the text. */
  readonly outerThis: boolean;
  /** Whether `super` belongs to the code around the text, rather than to an object or a class in it. */
  readonly outerSuper: boolean;
  /** Whether the node is evaluated with the text, rather than when a function in it is called. */
  readonly atDefinition: boolean;
  readonly privateNames: ReadonlySet<string>;
}

/**
 * Finds the parts of a text that depend on the code around it.
 *
 * @param declared the function whose name is a variable of that code; the names of all others are their own.
 */
export function freeVariables(root: SyntaxNode, declared: SyntaxNode | null = null): FreeVariables {
  const walk = new FreeVariableWalk(declared);
  walk.visit(root, {
    scope: new Scope(null, true),
    outerThis: true,
    outerSuper: true,
    atDefinition: true,
    privateNames: new Set(),
  });
  return walk.result();
}

type ScopedReference = FreeReference & { readonly scope: Scope };

class FreeVariableWalk {
  readonly #references: ScopedReference[] = [];
  readonly #assignments: { node: SyntaxNode; names: string[]; startsStatement: boolean; scope: Scope }[] = [];
  readonly #thises: SyntaxNode[] = [];
  readonly #metas: SyntaxNode[] = [];
  readonly #unavailable = new Set<string>();
  readonly #declared: SyntaxNode | null;
  #statement: SyntaxNode | undefined;

  constructor(declared: SyntaxNode | null) {
    this.#declared = declared;
  }

  // References are filtered after the walk: a `var` or a function may be declared after its first use.
  result(): FreeVariables {
    return {
      references: this.#references.filter(({ scope, name }) => !scope.declares(name)),
      assignments: this.#assignments
        .map((found) => ({ ...found, names: found.names.filter((name) => !found.scope.declares(name)) }))
        .filter(({ names }) => names.length > 0),
      thises: this.#thises,
      metas: this.#metas,
      unavailable: [...this.#unavailable],
    };
  }

  visit(node: SyntaxNode, at: WalkPosition): void {
    const visitor = visitors[node.type];
    if (visitor === undefined) for (const child of childrenOf(node)) this.visit(child, at);
    else visitor(this, node, at);
  }

  visitAll(nodes: unknown, at: WalkPosition): void {
    for (const node of [nodes].flat()) if (isNode(node)) this.visit(node, at);
  }

  refer(node: SyntaxNode, at: WalkPosition, member: string | null = null): void {
    this.#references.push({ name: node.name as string, node, member, atDefinition: at.atDefinition, scope: at.scope });
  }

  assign(node: SyntaxNode, target: SyntaxNode, at: WalkPosition): void {
    const startsStatement = this.#statement?.start === node.start;
    this.#assignments.push({ node, names: namesOfPattern(target), startsStatement, scope: at.scope });
  }

  statement(node: SyntaxNode): void {
    this.#statement = node;
  }

  outer(node: SyntaxNode, at: WalkPosition): void {
    if (node.type === "Super") {
      if (at.outerSuper) this.#unavailable.add("super");
    } else if (!at.outerThis) return;
    else if (node.type === "ThisExpression") this.#thises.push(node);
    else this.#unavailable.add("new.target");
  }

  meta(node: SyntaxNode): void {
    this.#metas.push(node);
  }

  privateName(name: string, at: WalkPosition): void {
    if (!at.privateNames.has(name)) this.#unavailable.add(`#${name}`);
  }

  function(node: SyntaxNode, at: WalkPosition): void {
    const named = new Scope(at.scope, false);
    if (node.type === "FunctionExpression" && node !== this.#declared)
      for (const name of namesOfPattern(node.id as SyntaxNode | null)) named.names.add(name);
    const scope = new Scope(named, true);
    const isArrow = node.type === "ArrowFunctionExpression";
    if (!isArrow) scope.names.add("arguments");
    for (const param of node.params as SyntaxNode[]) for (const name of namesOfPattern(param)) scope.names.add(name);
    const inside = { ...at, scope, outerThis: isArrow && at.outerThis, atDefinition: false };
    this.visitAll(node.params, inside);
    const body = node.body as SyntaxNode;
    // The default values of parameters do not see the declarations of the body.
    const below = { ...inside, scope: new Scope(scope, true) };
    if (body.type === "BlockStatement") this.visitAll(hoisted(body.body as SyntaxNode[], below.scope), below);
    else this.visit(body, below);
  }

  class(node: SyntaxNode, at: WalkPosition): void {
    const scope = new Scope(at.scope, false);
    for (const name of namesOfPattern(node.id as SyntaxNode | null)) scope.names.add(name);
    const elements = (node.body as SyntaxNode).body as SyntaxNode[];
    const keys = elements.map(({ key }) => key as SyntaxNode | undefined);
    const own = keys.filter((key) => key?.type === "PrivateIdentifier").map((key) => key?.name as string);
    const privateNames = new Set([...at.privateNames, ...own]);
    if (isNode(node.superClass)) this.visit(node.superClass, { ...at, scope, privateNames });
    for (const element of elements) {
      if (element.computed) this.visit(element.key as SyntaxNode, { ...at, scope, privateNames });
      const now = element.static === true && element.type !== "MethodDefinition" && at.atDefinition;
      const inside = {
        scope: new Scope(scope, true),
        outerThis: false,
        outerSuper: false,
        atDefinition: now,
        privateNames,
      };
      if (element.type === "StaticBlock") this.visitAll(hoisted(element.body as SyntaxNode[], inside.scope), inside);
      else this.visitAll(element.value, inside);
    }
  }
}

type Visitor = (walk: FreeVariableWalk, node: SyntaxNode, at: WalkPosition) => void;

const visitFunction: Visitor = (walk, node, at) => walk.function(node, at);
const visitClass: Visitor = (walk, node, at) => walk.class(node, at);
const visitOuter: Visitor = (walk, node, at) => walk.outer(node, at);
const visitNothing: Visitor = () => {};

const visitBlock: Visitor = (walk, node, at) => {
  const scope = new Scope(at.scope, node.type === "Program");
  const inside = { ...at, scope };
  const statements =
    node.type === "SwitchStatement" ? (node.cases as SyntaxNode[]).flatMap((one) => one.consequent) : node.body;
  if (Array.isArray(statements)) hoisted(statements as SyntaxNode[], scope);
  if (node.type === "CatchClause")
    for (const name of namesOfPattern(node.param as SyntaxNode | null)) scope.names.add(name);
  if (/^For(In|Of)/.test(node.type) && (node.left as SyntaxNode).type !== "VariableDeclaration") {
    walk.assign(node.right as SyntaxNode, node.left as SyntaxNode, inside);
  }
  for (const child of childrenOf(node)) walk.visit(child, inside);
};

const visitAssignment: Visitor = (walk, node, at) => {
  const target = (node.type === "UpdateExpression" ? node.argument : node.left) as SyntaxNode;
  walk.assign(node, target, at);
  for (const child of childrenOf(node)) walk.visit(child, at);
};

const visitors: Readonly<Record<string, Visitor>> = {
  FunctionDeclaration: visitFunction,
  FunctionExpression: visitFunction,
  ArrowFunctionExpression: visitFunction,
  ClassDeclaration: visitClass,
  ClassExpression: visitClass,
  Program: visitBlock,
  BlockStatement: visitBlock,
  ForStatement: visitBlock,
  ForInStatement: visitBlock,
  ForOfStatement: visitBlock,
  SwitchStatement: visitBlock,
  CatchClause: visitBlock,
  AssignmentExpression: visitAssignment,
  UpdateExpression: visitAssignment,
  ThisExpression: visitOuter,
  Super: visitOuter,
  MetaProperty: (walk, node, at) =>
    (node.meta as SyntaxNode).name === "import" ? walk.meta(node) : walk.outer(node, at),
  PrivateIdentifier: (walk, node, at) => walk.privateName(node.name as string, at),
  Identifier: (walk, node, at) => walk.refer(node, at),
  BreakStatement: visitNothing,
  ContinueStatement: visitNothing,
  LabeledStatement: (walk, node, at) => walk.visit(node.body as SyntaxNode, at),
  ExpressionStatement(walk, node, at) {
    walk.statement(node);
    walk.visit(node.expression as SyntaxNode, at);
  },
  VariableDeclaration(walk, node, at) {
    for (const { id, init } of node.declarations as SyntaxNode[]) {
      const scope = node.kind === "var" ? at.scope.forVar : at.scope;
      for (const name of namesOfPattern(id as SyntaxNode)) scope.names.add(name);
      walk.visitAll([id, init], at);
    }
  },
  MemberExpression(walk, node, at) {
    const object = node.object as SyntaxNode;
    const property = node.property as SyntaxNode;
    const isPlain = !node.computed && property.type === "Identifier";
    if (object.type === "Identifier") walk.refer(object, at, isPlain ? (property.name as string) : null);
    else walk.visit(object, at);
    if (!isPlain) walk.visit(property, at);
  },
  ObjectExpression(walk, node, at) {
    walk.visitAll(node.properties, { ...at, outerSuper: false });
  },
  Property(walk, node, at) {
    if (node.computed) walk.visit(node.key as SyntaxNode, at);
    walk.visit(node.value as SyntaxNode, at);
  },
};

// Declares the functions and classes of a block, since they may be used before the line that declares them.
function hoisted(statements: SyntaxNode[], scope: Scope): SyntaxNode[] {
  for (const { type, id } of statements) {
    if (type === "FunctionDeclaration" || type === "ClassDeclaration") {
      for (const name of namesOfPattern(id as SyntaxNode | null)) scope.names.add(name);
    }
  }
  return statements;
}
