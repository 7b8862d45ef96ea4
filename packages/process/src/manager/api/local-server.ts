import type { Address } from "../../connection/address.ts";
import { managerHandshake, pythonHandshake } from "../../connection/handshake.ts";
import { Listener } from "../../connection/listener.ts";
import { identity } from "../../process/info/process-identity.ts";
import { ObjectServer } from "../server/object-server.ts";
import { standardTypes } from "../server/standard-types.ts";
import type { TypeFactory, TypeRegistration } from "../server/type-registration.ts";
import type { TypeTarget } from "../server/type-registry.ts";
import { defaultMaxMessageBytes } from "./connect-manager.ts";
import type { ManagerOptions } from "./manager-options.ts";

/** A manager that this process serves itself. */
export interface ManagerServer {
  readonly address: Address | null;
  /** Serves calls until a client calls `shutdown()`, or `close()` is called here. */
  serveForever(): Promise<void>;
  close(): void;
}

/** Serves types in this process. @throws {TypeError} when one has a module and a name as its factory. */
export function createLocalServer(
  registered: Iterable<TypeRegistration<TypeTarget>>,
  key: string,
  address: Address | null,
  { authKey = identity().authKey, maxMessageBytes = defaultMaxMessageBytes, serializer }: ManagerOptions,
): ManagerServer {
  const types = new Map<string, TypeRegistration>(standardTypes.map((type) => [type.name, type]));
  for (const type of registered) types.set(type.name, { ...type, factory: localFactory(type) });
  const server = new ObjectServer(types, key, authKey);
  const isPython = serializer === "pickle";
  const listener = new Listener(
    { ...(address !== null && { address }), authKey, maxMessageBytes },
    isPython ? pythonHandshake : managerHandshake,
  );
  return {
    get address() {
      return listener.address;
    },
    serveForever: () => (isPython ? server.servePython(listener) : server.serve(listener)),
    close: () => server.close(),
  };
}

function localFactory({ name, factory }: TypeRegistration<TypeTarget>): TypeFactory {
  if (typeof factory === "function") return factory as unknown as TypeFactory;
  throw new TypeError(
    `Cannot serve type ${name} in this process: it has a module and a name, give register() its function or class`,
  );
}
