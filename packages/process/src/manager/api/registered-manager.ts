import type { Proxied } from "../client/proxy.ts";
import type { TypeTarget } from "../server/type-registry.ts";
import type { ManagerOptions } from "./manager-options.ts";

/** The method of a manager that creates an object by a factory. */
export type Creator<F> = F extends abstract new (
  ...args: infer A
) => infer T
  ? (...args: A) => Promise<Proxied<T>>
  : F extends (...args: infer A) => infer T
    ? (...args: A) => Promise<Proxied<Awaited<T>>>
    : // biome-ignore lint/suspicious/noExplicitAny: only the name is known
      (...args: unknown[]) => Promise<Proxied<any>>;

/** A class of managers with a registered type. The instances have a method of its name. */
export type Registered<M extends new (options?: never) => object, N extends string, F extends TypeTarget> = {
  new (options?: ManagerOptions): InstanceType<M> & { readonly [K in N]: Creator<F> };
} & Pick<M, keyof M>;
