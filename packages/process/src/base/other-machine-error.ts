import { NotShareableError } from "./errors.ts";

/** The methods of a Manager that make objects of these classes, where their names differ. */
const managed: Readonly<Record<string, string>> = {
  RLock: "rlock",
  SharedArray: "array",
  SharedEvent: "event",
  SharedMemory: "array",
  SharedValue: "value",
  ShareableList: "list",
  SimpleQueue: "queue",
};

/** The error for an object in memory of this machine that is sent to another one. @param kind the object's class. */
export function otherMachineError(kind: string): NotShareableError {
  const isSocket = ["Socket", "Server", "SocketConnection"].includes(kind);
  const start = `Cannot send a ${kind} to another machine: its ${isSocket ? "descriptor" : "memory"} is on this one`;
  const method = managed[kind] ?? `${kind[0]?.toLowerCase()}${kind.slice(1)}`;
  return new NotShareableError(
    isSocket || kind === "Connection"
      ? `${start}; create a Listener with an address { host, port }, and call Client(address) in the task`
      : `${start}; call ${method}() of a Manager with an address { host, port }, and send what it returns`,
  );
}
