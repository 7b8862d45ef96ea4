import type { WaitOptions } from "../../base/deadline.ts";
import { QueueEmptyError, QueueFullError } from "../../base/errors.ts";
import { HostedArray } from "../hosted/hosted-array.ts";
import { HostedBarrier } from "../hosted/hosted-barrier.ts";
import { HostedCondition } from "../hosted/hosted-condition.ts";
import { HostedDict } from "../hosted/hosted-dict.ts";
import { HostedEvent } from "../hosted/hosted-event.ts";
import { HostedList } from "../hosted/hosted-list.ts";
import { HostedMutex } from "../hosted/hosted-lock.ts";
import { HostedNamespace } from "../hosted/hosted-namespace.ts";
import type { HostedObject } from "../hosted/hosted-object.ts";
import { HostedSemaphore } from "../hosted/hosted-semaphore.ts";
import { HostedSet } from "../hosted/hosted-set.ts";
import { iterateMethod } from "../session/exposed-methods.ts";
import { KeyError } from "../session/remote-error.ts";
import { PythonRaise } from "./python-exception.ts";

/** Calls a method of an object by our name. */
export type PythonCall = (name: string, ...args: unknown[]) => unknown;

/** A method with the name and the parameters that it has in Python. */
interface PythonMethod {
  /** `*` stands for any number of arguments more. */
  readonly parameters: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are whatever the client sent
  readonly run: (call: PythonCall, ...args: any[]) => unknown;
}

type Methods = Readonly<Record<string, PythonMethod>>;

/** The methods that an object has for clients of Python beside its own; `undefined` for a class of the program. */
export function methodsOfType({ object, type, exposed }: HostedObject): Methods | undefined {
  const found = ofClass.find(([HostedClass]) => object instanceof HostedClass)?.[1];
  if (found !== undefined) return found;
  if (type === "iterator") return iterator;
  // Also the queues in shared memory.
  const isQueue = ["put", "get", "tryGet"].every((name) => exposed.methods.includes(name));
  if (!isQueue) return undefined;
  return exposed.methods.includes("taskDone") ? joinableQueue : queue;
}

const method = (parameters: string, run: PythonMethod["run"]): PythonMethod => ({
  parameters: parameters === "" ? [] : parameters.split(" "),
  run,
});

const queue: Methods = {
  put: method("item block timeout", (call, item, block, timeout) => call("put", item, limits(block, timeout))),
  get: method("block timeout", (call, block, timeout) => call("get", limits(block, timeout))),
  put_nowait: method("item", (call, item) => after(call("tryPut", item), (isPut) => isPut || raise(full()))),
  get_nowait: method("", (call) =>
    after(call("tryGet"), (taken) => (taken === undefined ? raise(empty()) : (taken as { value: unknown }).value)),
  ),
  qsize: method("", (call) => call("size")),
  empty: method("", (call) => call("isEmpty")),
  full: method("", (call) => call("isFull")),
};

const joinableQueue: Methods = {
  ...queue,
  task_done: method("", (call) => call("taskDone")),
  join: method("", (call) => after(call("join"), () => null)),
};

const acquirer: Methods = {
  acquire: method("block timeout", (call, block, timeout) => call("acquire", limits(block, timeout))),
  release: method("", (call) => call("release")),
  locked: method("", (call) => call("locked")),
};

const condition: Methods = {
  ...acquirer,
  wait: method("timeout", (call, timeout) => call("wait", limits(true, timeout))),
  notify: method("n", (call, n = 1) => call("notify", n)),
  notify_all: method("", (call) => call("notifyAll")),
};

const event: Methods = {
  is_set: method("", (call) => call("isSet")),
  wait: method("timeout", (call, timeout) => call("wait", limits(true, timeout))),
};

const barrierNames: Readonly<Record<string, string>> = { parties: "parties", n_waiting: "waiting", broken: "broken" };

const barrier: Methods = {
  wait: method("timeout", (call, timeout) => call("wait", limits(true, timeout))),
  __getattribute__: method("name", (call, name) =>
    Object.hasOwn(barrierNames, name)
      ? call(barrierNames[name] as string)
      : raise(new PythonRaise("AttributeError", name)),
  ),
};

const namespace: Methods = {
  __getattribute__: method("name", (call, name) => attribute(name, () => call("get", name))),
  __setattr__: method("name value", (call, name, value) => attribute(name, () => call("set", name, value))),
  __delattr__: method("name", (call, name) => attribute(name, () => call("delete", name))),
};

const array: Methods = {
  __len__: method("", (call) => call("length")),
  __getitem__: method("index", (call, index) => element(() => call("get", Number(index)))),
  __setitem__: method("index value", (call, index, value) => element(() => call("set", Number(index), value))),
};

const list: Methods = {
  ...array,
  __delitem__: method("index", (call, index) => element(() => call("delete", Number(index)))),
  __contains__: method("value", (call, value) => call("includes", value)),
  __add__: method("values", (call, values) => call("concat", values)),
  __mul__: method("times", (call, times) => call("repeat", Number(times))),
  __rmul__: method("times", (call, times) => call("repeat", Number(times))),
  __imul__: method("times", (call, times) => call("repeatInPlace", Number(times))),
  pop: method("index", (call, index = -1) => element(() => call("pop", Number(index)))),
  sort: method("key reverse", (call, _, reverse = false) => call("sort", { reverse })),
};

const dict: Methods = {
  __len__: method("", (call) => call("size")),
  __iter__: method("", (call) => call(iterateMethod)),
  __contains__: method("key", (call, key) => call("has", checked(key))),
  __getitem__: method("key", (call, key) => {
    if (call("has", checked(key)) !== true) raise(new PythonRaise("KeyError", key));
    return call("get", key);
  }),
  __setitem__: method("key value", (call, key, value) => call("set", checked(key), value)),
  __delitem__: method("key", (call, key) => call("delete", checked(key))),
  get: method("key default", (call, key, otherwise = null) => call("get", checked(key), otherwise)),
  popitem: method("", (call) => call("popItem")),
  setdefault: method("key default", (call, key, value = null) => call("setDefault", checked(key), value)),
};

const set: Methods = {
  __len__: method("", (call) => call("size")),
  __iter__: method("", (call) => call(iterateMethod)),
  __contains__: method("value", (call, value) => call("has", checked(value))),
  add: method("value", (call, value) => call("add", checked(value))),
};

const iterator: Methods = {
  __next__: method("", (call) =>
    after(call("next"), (next) => {
      const { done, value } = next as IteratorResult<unknown>;
      return done === true ? raise(new PythonRaise("StopIteration")) : value;
    }),
  ),
};

const ofClass: readonly (readonly [abstract new (...args: never[]) => object, Methods])[] = [
  [HostedList, list],
  [HostedArray, array],
  [HostedDict, dict],
  [HostedSet, set],
  [HostedEvent, event],
  [HostedMutex, acquirer],
  [HostedSemaphore, acquirer],
  [HostedCondition, condition],
  [HostedBarrier, barrier],
  [HostedNamespace, namespace],
];

/** Python's `block` and `timeout`, in seconds, as our options. A negative timeout of a lock is none. */
function limits(block: unknown = true, timeout: unknown = null): WaitOptions {
  if (block === false || block === 0) return { timeoutMs: 0 };
  if (timeout === null || timeout === -1) return {};
  return { timeoutMs: Number(timeout) * 1000 };
}

function after(result: unknown, then: (value: unknown) => unknown): unknown {
  return result instanceof Promise ? result.then(then) : then(result);
}

function raise(error: Error): never {
  throw error;
}

const full = () => new QueueFullError("Cannot put on a queue: it is full; get() from it, or wait longer");
const empty = () => new QueueEmptyError("Cannot get from a queue: it is empty; put() something, or wait longer");

// Python iterates over a list until an IndexError.
function element(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    throw error instanceof RangeError ? new PythonRaise("IndexError", error.message) : error;
  }
}

function attribute(name: unknown, run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    throw error instanceof KeyError ? new PythonRaise("AttributeError", String(name)) : error;
  }
}

/** Refuses a key that JavaScript compares by identity: an equal one would not find its value. */
function checked(key: unknown): unknown {
  if (typeof key === "object" && key !== null)
    throw new TypeError("Cannot use a tuple or bytes as a key in this manager: write text or a number");
  return key;
}
