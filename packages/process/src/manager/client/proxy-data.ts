import type { Address } from "../../connection/address.ts";
import type { ExposedMethods } from "../session/exposed-methods.ts";
import type { ProxyBase } from "./proxy.ts";

/** Identifies the object of a proxy. Sent in place of the proxy. */
export interface ProxyData {
  /** A random string that identifies the manager. */
  readonly key: string;
  /** The address of the manager; `null` when it does not listen. */
  readonly address: Address | null;
  readonly id: number;
  readonly type: string;
  readonly exposed: ExposedMethods;
}

/** The managers of this thread, by key. Each function returns the local proxy of an object. */
export const localManagers = new Map<string, (id: number) => ProxyBase | undefined>();
