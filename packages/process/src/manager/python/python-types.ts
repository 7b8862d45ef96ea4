/** The standard types of Python's `SyncManager`, and ours. */
const standardTypes: Readonly<Record<string, string>> = {
  Queue: "queue",
  JoinableQueue: "joinableQueue",
  Event: "event",
  Lock: "lock",
  RLock: "rlock",
  Semaphore: "semaphore",
  BoundedSemaphore: "boundedSemaphore",
  Condition: "condition",
  Barrier: "barrier",
  Value: "value",
  Array: "array",
  Namespace: "namespace",
  Iterator: "iterator",
};

/** The name of a type that a client of Python has asked for. */
export function typeForPython(name: string): string {
  return Object.hasOwn(standardTypes, name) ? (standardTypes[name] as string) : name;
}

/** The name by which a client of Python knows a type. */
export function typeIdForPython(type: string): string {
  return Object.entries(standardTypes).find(([, ours]) => ours === type)?.[0] ?? type;
}

/** The arguments that create an object: without the type code of Python's `Value` and `Array`. */
export function argumentsOfType(typeId: string, args: readonly unknown[]): readonly unknown[] {
  return (typeId === "Value" || typeId === "Array") && typeof args[0] === "string" ? args.slice(1, 2) : args;
}
