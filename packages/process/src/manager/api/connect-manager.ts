import type { WaitOptions } from "../../base/deadline.ts";
import type { Address } from "../../connection/address.ts";
import { connectTo } from "../../connection/client.ts";
import { managerHandshake } from "../../connection/handshake.ts";
import { identity } from "../../process/info/process-identity.ts";
import type { ManagerCalls } from "../client/manager-calls.ts";
import { ManagerClient } from "../client/manager-client.ts";
import { ConnectionChannel } from "../session/connection-channel.ts";
import type { ManagerOptions } from "./manager-options.ts";

export const defaultMaxMessageBytes = 256 * 2 ** 20;

/** Connects to a manager that serves at an address. */
export async function connectManager(
  address: Address | null,
  { authKey = identity().authKey, maxMessageBytes = defaultMaxMessageBytes, serializer }: ManagerOptions,
  options: WaitOptions,
): Promise<ManagerCalls> {
  if (address === null)
    throw new TypeError("Cannot connect to a manager: give its address, new Manager({ address, authKey })");
  if (serializer === "pickle") {
    const { PythonClient } = await import("../python/python-client.ts");
    return new PythonClient({ address, authKey, maxMessageBytes }).connect(options);
  }
  const connection = await connectTo(address, { authKey, maxMessageBytes, ...options }, managerHandshake);
  const client = new ManagerClient("", address);
  const session = client.openSession(new ConnectionChannel(connection));
  const { key } = (await session.call({ to: 0, method: "identify", args: [], what: "connect()", options })) as {
    key: string;
  };
  client.authKey = authKey;
  client.setKey(key);
  return client;
}
