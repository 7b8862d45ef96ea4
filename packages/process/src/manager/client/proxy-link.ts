import type { WaitOptions } from "../../base/deadline.ts";
import type { Handle, Reach } from "../../base/shareable.ts";
import type { ExposedMethods } from "../session/exposed-methods.ts";

/** The connection of a proxy to its object. */
export interface ProxyLink {
  /** The name of the object's registered type. */
  readonly type: string;
  readonly exposed: ExposedMethods;
  invoke(method: string, args: readonly unknown[], options?: WaitOptions): Promise<unknown>;
  handle(reach: Reach): Handle;
  /** Ends the proxy's reference to the object. */
  release(): void;
}
