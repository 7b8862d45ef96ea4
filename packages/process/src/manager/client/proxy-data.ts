import type { Address } from "../../connection/address.ts";
import type { Exposed } from "../session/exposed-methods.ts";
import type { ProxyFace } from "./proxy.ts";

/** Which object of which manager a proxy stands for; what crosses in its place. */
export interface ProxyData {
  /** The manager's own name, drawn at random. */
  readonly key: string;
  /** Where it listens; `null` when it does not. */
  readonly address: Address | null;
  readonly id: number;
  readonly type: string;
  readonly exposed: Exposed;
}

/** The managers that are in this very thread, by key: what stands for an object inside. */
export const hostedHere = new Map<string, (id: number) => ProxyFace | undefined>();
