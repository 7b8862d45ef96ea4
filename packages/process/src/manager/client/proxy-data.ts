import type { Address } from "../../connection/address.ts";
import { checkExposed, type ExposedMethods } from "../session/exposed-methods.ts";
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
  /** What shows that the sender of the handle knows the manager's key, see {@link proofOf}. */
  readonly proof: string;
}

/**
 * The proof for a proxy: a code over all of its data by the manager's key. Without it, anyone who may send a value to
 * this process could have it connect anywhere.
 */
export function proofOf({ key, address, id, type, exposed }: Omit<ProxyData, "proof">, authKey: Uint8Array): string {
  const { createHmac } = process.getBuiltinModule("node:crypto");
  const text = JSON.stringify(["manyhands/2 proxy", key, address, id, type, exposed]);
  return createHmac("sha256", authKey).update(text).digest("base64");
}

/** Whether the proof of a received proxy is right. */
export function isProven(data: ProxyData, authKey: Uint8Array): boolean {
  const expected = Buffer.from(proofOf(data, authKey));
  const given = Buffer.from(data.proof);
  return given.length === expected.length && process.getBuiltinModule("node:crypto").timingSafeEqual(given, expected);
}

/**
 * Checks what was received in place of a proxy.
 *
 * @throws {TypeError} when it is malformed, or exposes a member that would give access to more than the object.
 */
export function checkProxyData(data: ProxyData): void {
  const { key, id, type, exposed, proof } = data ?? {};
  const isNames = (names: unknown) => Array.isArray(names) && names.every((name) => typeof name === "string");
  const isValid =
    typeof key === "string" &&
    Number.isSafeInteger(id) &&
    id > 0 &&
    typeof type === "string" &&
    typeof proof === "string" &&
    isNames(exposed?.methods) &&
    isNames(exposed?.getters) &&
    typeof exposed.isIterable === "boolean";
  if (!isValid) throw new TypeError("Cannot read a proxy: its data is malformed");
  checkExposed([...exposed.methods, ...exposed.getters]);
}

/** The managers of this thread, by key. Each function returns the local proxy of an object. */
export const localManagers = new Map<string, (id: number) => ProxyBase | undefined>();
