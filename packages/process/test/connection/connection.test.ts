import { Client, getContext, Listener, type SocketConnectionOptions } from "@manyhands/process";
import { connectionContract } from "./connection-contract.ts";

for (const startMethod of ["thread", "spawn"] as const)
  connectionContract(`of Pipe() by ${startMethod}`, async () => getContext(startMethod).Pipe());

const overSocket = async (address?: { port: number }, options: SocketConnectionOptions = {}) => {
  using listener = await new Listener({ address, ...options }).ready;
  return await Promise.all([listener.accept(), Client(listener.address, options)]);
};

connectionContract("over a Unix socket", () => overSocket());
connectionContract("over TCP", () => overSocket({ port: 0 }));
connectionContract("in JSON", () => overSocket({ port: 0 }, { serializer: "json" }));
