import type { Socket } from "node:net";
import { answerOf } from "../../callable/form/answer.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import { packAnswer } from "../../callable/pack/pack-answer.ts";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { socketPair } from "../../posix/calls/descriptors.ts";

interface Part {
  readonly env: NodeJS.ProcessEnv;
  readonly target: PackedTarget;
  readonly args: PackedValue;
}

/**
 * Does what every child of a fork server does first: is told over a channel what to run, runs it, and answers.
 *
 * In the server, what is compiled and laid out for that is in the memory that its children share, and no child does it anew. In a child
 * that has nothing else to do yet, the pages that a child writes become its own.
 */
export async function rehearse(): Promise<void> {
  const { Socket } = process.getBuiltinModule("node:net");
  const [parent, child] = socketPair().map((fd) => channelOver(new Socket({ fd }))) as [StreamChannel, StreamChannel];
  const answered = new Promise((resolve) => parent.receive(resolve));
  child.receive(async (part: Part) => child.send(await play(part)));
  const args = await packAnswer(["a child"], "args", "process", []);
  const target = { by: "reference", module: "node:path", name: "basename" } as const;
  parent.send({ env: { ...process.env }, target, args } satisfies Part);
  await answered;
  await new Promise((resolve) => setImmediate(resolve));
  parent.close();
  child.close();
  await Promise.all([parent.closed, child.closed]);
}

function channelOver(socket: Socket): StreamChannel {
  const channel = new StreamChannel(socket);
  channel.ref(true);
  return channel;
}

async function play({ target, args }: Part): Promise<unknown> {
  const run = await loadTarget(target);
  const result = answerOf(run(...((await unpackValue(args)) as unknown[])));
  return { type: "result", value: await packAnswer(result, "result", "process", []) };
}
