/** Reads a value whose getters and traps may throw. @returns what `read` returns; the fallback when it throws. */
export function readOr<T>(fallback: T, read: () => T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}

/** Whether a thrown value, which may be anything, is an instance of a class. Never throws. */
export function isInstance<T>(thrown: unknown, of: abstract new (...args: never[]) => T): thrown is T {
  return readOr(false, () => thrown instanceof of);
}

/** The message of an error. Never throws: when reading the message does, says so. */
export function messageOf(error: object): string {
  try {
    return String((error as Error).message);
  } catch (cause) {
    return `its message cannot be read: that threw "${describeThrown(cause)}"`;
  }
}

/** The stack of an error; `undefined` when it has none, or when reading it throws. */
export function stackOf(error: object): string | undefined {
  const stack = readOr<unknown>(undefined, () => (error as Error).stack);
  return typeof stack === "string" ? stack : undefined;
}

/** Describes a thrown value in a message: an error by its message, a text as it is, any other value as by a console. */
export function describeThrown(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  return isInstance(thrown, Error) ? messageOf(thrown) : inspectThrown(thrown);
}

/** Shows a thrown value as a console does, an error with its stack. Never throws, even when its getters do. */
export function inspectThrown(thrown: unknown): string {
  try {
    return process.getBuiltinModule("node:util").inspect(thrown);
  } catch {
    if (typeof thrown !== "object" || thrown === null) return typeof thrown;
    if (!isInstance(thrown, Error)) return "an object that cannot be read";
    const frames = /\n\s+at [\s\S]*$/.exec(stackOf(thrown) ?? "")?.[0] ?? "";
    return `${readOr("Error", () => String(thrown.name))}: ${messageOf(thrown)}${frames}`;
  }
}
