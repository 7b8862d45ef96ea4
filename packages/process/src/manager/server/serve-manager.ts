import type { MessagePort } from "node:worker_threads";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { PortChannel } from "../../channel/port-channel.ts";
import type { Address } from "../../connection/address.ts";
import { Listener } from "../../connection/listener.ts";
import { adoptIdentity, identity } from "../../process/info/process-identity.ts";
import { Server } from "./object-server.ts";
import { standardTypes } from "./standard-types.ts";
import type { Factory, Registration } from "./type-registration.ts";

/** All that a manager's process must know to begin. */
export interface ServeSpec {
  readonly key: string;
  readonly address: Address;
  readonly authKey: Uint8Array | null;
  readonly maxMessageBytes: number;
  readonly types: readonly Registration<PackedTarget>[];
  readonly initializer: PackedTarget | null;
  readonly initArgs: readonly unknown[];
  /** A port of the thread that started it; `null` for a process, which is reached by its address. */
  readonly port: MessagePort | null;
}

/**
 * Serves a manager's objects in this process. Resolves with the address when it listens; the process lives on until it is shut down.
 */
export async function serve(spec: ServeSpec): Promise<Address> {
  // Ended with its maker like a daemon, but a pool that it hosts may have children.
  adoptIdentity({ ...identity(), daemon: false });
  // Ctrl-C is its maker's affair, which shuts it down.
  process.on("SIGINT", () => {});
  const types = new Map<string, Registration>(standardTypes.map((type) => [type.name, type]));
  for (const type of spec.types) {
    types.set(type.name, { ...type, factory: (await loadTarget(type.factory)) as Factory });
  }
  if (spec.initializer !== null) await (await loadTarget(spec.initializer))(...spec.initArgs);
  const server = new Server(types, spec.key);
  const authKey = spec.authKey ?? identity().authKey;
  const listener = new Listener({
    address: spec.address,
    authKey,
    allowMd5: false,
    maxMessageBytes: spec.maxMessageBytes,
  });
  await listener.ready;
  if (spec.port !== null) server.attach(new PortChannel(spec.port));
  void server.serve(listener);
  return listener.address;
}
