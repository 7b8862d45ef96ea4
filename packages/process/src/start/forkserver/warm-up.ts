import type { Socket } from "node:net";
import { answerOf } from "../../callable/form/answer.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import { packAnswer } from "../../callable/pack/pack-answer.ts";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { socketPair } from "../../posix/calls/descriptors.ts";

interface WarmUpTask {
  readonly env: NodeJS.ProcessEnv;
  readonly target: PackedTarget;
  readonly args: PackedValue;
}

/**
 * Runs the first steps of every child of a fork server once: receives a task over a channel, runs it, and answers.
 *
 * In the server, V8 compiles this code in memory that all children share, so that no child compiles it again. In a
 * prepared child, it copies the memory pages that every child writes before the child is needed.
 */
export async function warmUp(): Promise<void> {
  const { Socket } = process.getBuiltinModule("node:net");
  const [parent, child] = socketPair().map((fd) => channelOver(new Socket({ fd }))) as [StreamChannel, StreamChannel];
  const answered = new Promise((resolve) => parent.receive(resolve));
  child.receive(async (task: WarmUpTask) => child.send(await runTask(task)));
  const args = await packAnswer(["a child"], "args", "process", []);
  const target = { by: "reference", module: "node:path", name: "basename" } as const;
  parent.send({ env: { ...process.env }, target, args } satisfies WarmUpTask);
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

async function runTask({ target, args }: WarmUpTask): Promise<unknown> {
  const run = await loadTarget(target);
  const result = answerOf(run(...((await unpackValue(args)) as unknown[])));
  return { type: "result", value: await packAnswer(result, "result", "process", []) };
}
