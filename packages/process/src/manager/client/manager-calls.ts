import type { OutgoingCall } from "../session/outgoing-call.ts";

/** What a `Manager` needs of its connection to the process that hosts the objects. */
export interface ManagerCalls {
  /** Calls a method of the manager itself, or of an object. */
  call(call: OutgoingCall): Promise<unknown>;
  /** Marks the manager as ended by this side: calls in flight that nothing awaits do not end the program. */
  expectEnd(): void;
  close(): void;
}
