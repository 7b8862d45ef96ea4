import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../../process/test/chaos/random.js";
import type { TestLine } from "../setup/line.ts";
import type { Scene } from "../setup/scene.ts";
import type { TestWorker } from "../setup/worker-program.ts";

/** What a fault happens to. */
export interface Victims {
  readonly scene: Scene;
  /** The line of one of the clients. */
  readonly line: TestLine;
  readonly leaseMs: number;
  /** Those that were started and not ended. */
  readonly workers: Set<TestWorker>;
  /** The file to which the tasks of programs that are killed write their process ids. */
  readonly orphans: string;
  startWorker(): Promise<void>;
}

type Fault = (victims: Victims, random: Random) => Promise<unknown>;

const anyWorker = ({ workers }: Victims, random: Random) => random.pick([...workers]);

/** What loses nothing. */
export const calmFaults: Record<string, Fault> = {
  "a machine joins": (victims) => victims.startWorker(),
  async "a machine leaves"(victims, random) {
    const worker = anyWorker(victims, random);
    await victims.startWorker();
    victims.workers.delete(worker);
    worker.signal("SIGTERM");
  },
  "a machine is suspended for a moment": (victims, random) =>
    anyWorker(victims, random).suspendedDuring(() => sleep(300)),
  "the server is suspended for a moment": ({ scene }) => scene.redis.suspendedDuring(() => sleep(300)),
  "the server ends all connections": ({ scene }) =>
    scene.admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
  async "the line of a client is cut for a moment"({ line }, random) {
    line.cut(random.pick(["to server", "to client"] as const));
    await sleep(300);
    line.restore();
  },
};

/** What may lose tasks, or the answers to them. */
export const roughFaults: Record<string, Fault> = {
  async "a machine is killed"(victims, random) {
    const worker = anyWorker(victims, random);
    await victims.startWorker();
    victims.workers.delete(worker);
    worker.signal("SIGKILL");
  },
  async "another program is killed"({ scene, orphans, leaseMs }, random) {
    const client = scene.startClient({ leaseMs, processes: 2, call: ["noteAndWait", [orphans, "/never"]], bytes: 2e6 });
    await sleep(random.below(3000));
    await client.kill();
  },
  "a machine is suspended for longer than its lease": (victims, random) =>
    anyWorker(victims, random).suspendedDuring(() => sleep(1.5 * victims.leaseMs)),
  async "the server comes back empty"({ scene, leaseMs }, random) {
    await scene.redis.kill();
    await sleep(random.pick([0, 1.5 * leaseMs]));
    await scene.redis.restart();
  },
  "the server is suspended for longer than the leases": ({ scene, leaseMs }) =>
    scene.redis.suspendedDuring(() => sleep(1.5 * leaseMs)),
  async "the line of a client is cut for longer than its lease"({ line, leaseMs }, random) {
    line.cut(random.pick(["to server", "to client"] as const));
    await sleep(1.5 * leaseMs);
    line.restore();
  },
  async "the line of a client is reset"({ line }) {
    line.reset();
  },
};
