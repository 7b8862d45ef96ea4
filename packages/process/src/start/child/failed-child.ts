import { StreamChannel } from "../../channel/stream-channel.ts";
import type { Child, Exit, LaunchSpec } from "../start-method.ts";
import { ProcessChild } from "./process-child.ts";

/** Whoever was to make the child and ended instead. */
interface Maker {
  readonly ended: Promise<Exit>;
  readonly lastWords: string;
  ref(alive: boolean): void;
}

/**
 * A child that could not be made, which is told as its end, as Node tells of processes that it cannot make.
 *
 * @param ended what became of the attempt.
 * @param maker whose last words are the child's. Default: nobody.
 */
export function stillborn(spec: LaunchSpec, ended: Promise<Exit>, maker?: Maker): Child {
  const { Socket } = process.getBuiltinModule("node:net");
  const { Readable } = process.getBuiltinModule("node:stream");
  const birth = {
    pid: 0,
    channel: new StreamChannel(new Socket().destroy()),
    stdin: null,
    stdout: null,
    stderr: spec.stderr === "ignore" ? null : Readable.from(wordsOf(maker)),
    ended,
    kill() {},
    ref: (alive: boolean) => maker?.ref(alive),
  };
  // What the maker wrote was shown already.
  return new ProcessChild(birth, spec.stderr === "inherit" ? { ...spec, stderr: "ignore" } : spec);
}

async function* wordsOf(maker: Maker | undefined): AsyncGenerator<Buffer> {
  await maker?.ended;
  yield Buffer.from(maker?.lastWords ?? "");
}
