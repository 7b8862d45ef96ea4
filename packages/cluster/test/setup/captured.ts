import { Pool } from "@manyhands/process";
import { deserialize, type Engine, type RunMessage, serialize, type WorkerBoot } from "@manyhands/process/engine";

/** The messages that a pool would send to another machine for one call. */
export interface CapturedCall {
  readonly boot: WorkerBoot;
  readonly run: RunMessage;
}

/** Finds the messages of a call without a worker. */
export async function captureCall(fn: unknown, args: readonly unknown[] = []): Promise<CapturedCall> {
  let boot: unknown;
  let end = () => {};
  const run = new Promise((resolve, reject) => {
    const engine: Engine = {
      startMethod: "cluster",
      reach: "machine",
      launch: (spec, onMessage) => {
        boot = spec.boot;
        queueMicrotask(() => onMessage({ type: "ready" }));
        let exit: (exit: { code: number }) => void = () => {};
        return {
          pid: 0,
          threadId: 0,
          startedRuns: 0,
          stderrTail: "",
          exited: new Promise((ended) => {
            exit = ended;
          }),
          send: (message) => {
            if ("type" in message && message.type === "leave") exit({ code: 0 });
            else resolve(message);
          },
          kill: () => exit({ code: 0 }),
        };
      },
    };
    const pool = new Pool({ processes: 1, engine });
    pool.apply(fn as () => void, args as never).catch(reject);
    end = () => pool.terminate();
  });
  const copy = deserialize(serialize({ run: await run, boot })) as CapturedCall;
  end();
  return copy;
}
