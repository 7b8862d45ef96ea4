import { PythonException, PythonGlobal, PythonProxy, PythonToken, PythonTuple } from "./python-object.ts";

/** Creates the description of an object from the arguments of its class or function. Throws when they are others. */
type Maker = (args: readonly unknown[], type: PythonGlobal) => unknown;

const managers = "multiprocessing.managers";

// Python writes these for plain data: by `copyreg`, by its protocol 2, and for the views of a dict in a manager.
const makers: Readonly<Record<string, Maker>> = {
  "builtins.set": ([items]) => new Set(itemsOf(items)),
  "builtins.frozenset": ([items]) => new Set(itemsOf(items)),
  "builtins.list": ([items]) => [...itemsOf(items)],
  "builtins.bytearray": ([content = "", encoding]) => bytesOf(content, encoding),
  "builtins.bytes": ([content = "", encoding]) => bytesOf(content, encoding),
  "_codecs.encode": ([content, encoding]) => bytesOf(content, encoding),
  "collections.OrderedDict": (args) => (args.length === 0 ? new Map() : invalid()),
  [`${managers}.RebuildProxy`]: ([type, token, , keywords]) => {
    if (!(type instanceof PythonGlobal && token instanceof PythonToken && keywords instanceof Map)) return invalid();
    const exposed = keywords.get("exposed");
    return new PythonProxy(token, exposed === undefined ? undefined : itemsOf(exposed).map(String));
  },
};

// Python 3 writes these names of Python 2 in protocol 2.
const renamedModules: Readonly<Record<string, string>> = {
  __builtin__: "builtins",
  exceptions: "builtins",
  Queue: "queue",
  _queue: "queue",
};

const builtInException = /^[A-Z]\w*(Error|Exception|Warning|Group|Exit|Iteration|Interrupt)$/;
const otherExceptions = new Set([
  "queue.Empty",
  "queue.Full",
  "queue.ShutDown",
  "threading.BrokenBarrierError",
  "multiprocessing.context.ProcessError",
  "multiprocessing.context.BufferTooShort",
  "multiprocessing.context.TimeoutError",
  "multiprocessing.context.AuthenticationError",
  `${managers}.RemoteError`,
]);

/** A class or function by the name that a pickle gives it. */
export function globalNamed(module: string, name: string): PythonGlobal {
  return new PythonGlobal(Object.hasOwn(renamedModules, module) ? (renamedModules[module] as string) : module, name);
}

/** Whether a pickle may name a class or function. */
export function isKnown(type: PythonGlobal): boolean {
  return Object.hasOwn(makers, String(type)) || isException(type) || isToken(type) || isProxyType(type);
}

/** What a class or function makes of arguments, as a description. Throws for unexpected arguments. */
export function make(type: PythonGlobal, args: readonly unknown[]): unknown {
  const key = String(type);
  if (Object.hasOwn(makers, key)) return (makers[key] as Maker)(args, type);
  if (isToken(type)) return args.length === 0 ? new PythonToken() : invalid();
  return isProxyType(type) ? invalid() : new PythonException(type, args);
}

/** Gives an object the state that a pickle has for it. Throws when it has none. */
export function build(object: unknown, state: unknown): void {
  // The attributes of an exception, such as its notes. Its arguments say what happened.
  if (object instanceof PythonException && state instanceof Map) return;
  const [typeId, address, id] = state instanceof PythonTuple ? state.items : [];
  const isState = typeof typeId === "string" && typeof id === "string";
  if (!(object instanceof PythonToken && isState)) invalid();
  Object.assign(object, { typeId, id, address: addressOf(address) });
}

function isToken({ module, name }: PythonGlobal): boolean {
  return module === managers && name === "Token";
}

function isProxyType({ module, name }: PythonGlobal): boolean {
  return module === managers && name !== "RebuildProxy" && /^[A-Z]\w*Proxy$/.test(name);
}

function isException(type: PythonGlobal): boolean {
  return otherExceptions.has(String(type)) || (type.module === "builtins" && builtInException.test(type.name));
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (value instanceof PythonTuple) return value.items;
  return Array.isArray(value) ? value : invalid();
}

function bytesOf(content: unknown, encoding: unknown): Buffer {
  if (content instanceof Buffer && encoding === undefined) return content;
  const isText = typeof content === "string" && (content === "" || /^latin-?1$/.test(String(encoding)));
  if (!isText) return invalid();
  for (let i = 0; i < content.length; i++) if (content.charCodeAt(i) > 255) return invalid();
  return Buffer.from(content, "latin1");
}

function addressOf(address: unknown): PythonToken["address"] {
  if (typeof address === "string") return address;
  // Linux's abstract sockets.
  if (address instanceof Buffer) return address.toString("latin1");
  const [host, port] = address instanceof PythonTuple ? address.items : [];
  return typeof host === "string" && typeof port === "number" ? [host, port] : invalid();
}

function invalid(): never {
  throw new TypeError("its arguments are not those that Python writes");
}
