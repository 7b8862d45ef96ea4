import { StreamChannel } from "../channel/stream-channel.ts";
import { socketPair } from "../posix/descriptors.ts";

/**
 * Does once, in a fork server, what each of its children does first: it talks over a channel. What is compiled and laid out for that is in
 * the memory that they share then; without it every child does it anew, which takes it a tenth of its time.
 */
export async function rehearse(): Promise<void> {
  const { Socket } = process.getBuiltinModule("node:net");
  const [here, there] = socketPair().map((fd) => new StreamChannel(new Socket({ fd }))) as [
    StreamChannel,
    StreamChannel,
  ];
  const echoed = new Promise((resolve) => here.receive(resolve));
  there.receive((message: unknown) => there.send(message));
  for (const side of [here, there]) side.ref(true);
  here.send({ env: { ...process.env }, boot: [{ name: "a child", args: [1] }] });
  await echoed;
  here.close();
  there.close();
  await Promise.all([here.closed, there.closed]);
}
