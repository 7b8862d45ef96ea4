// What a pickle may describe besides plain data. These are descriptions only: reading one runs nothing.

/** A tuple. A list is an array. */
export class PythonTuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A class or function, by its module and name. */
export class PythonGlobal {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An exception: its class, and the arguments that it was created with. */
export class PythonException {
  readonly type: PythonGlobal;
  args: readonly unknown[];

  constructor(type: PythonGlobal, args: readonly unknown[]) {
    this.type = type;
    this.args = args;
  }
}

/** Python's `multiprocessing.managers.Token`: which object of a manager a proxy is of. */
export class PythonToken {
  typeId = "";
  /** The path of a socket, or host and port. */
  address: string | readonly [host: string, port: number] = "";
  id = "";

  static create(typeId: string, address: PythonToken["address"], id: string): PythonToken {
    return Object.assign(new PythonToken(), { typeId, address, id });
  }
}

/** A proxy of an object in a manager, as `RebuildProxy` gets it. */
export class PythonProxy {
  readonly token: PythonToken;
  /** The names of its methods; `undefined` for a class of proxies, which has its own. */
  readonly exposed: readonly string[] | undefined;

  constructor(token: PythonToken, exposed: readonly string[] | undefined) {
    this.token = token;
    this.exposed = exposed;
  }
}
