// The ways to start a child. A row starts one, waits until it has ended, and returns the milliseconds.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { getAllStartMethods, Process, setSpareWorkers } from "@manyhands/process";
import { LineProgram } from "../../packages/bench/dist/measure/machine/line-program.js";
import { foreignLaunchers } from "../../packages/bench/dist/measure/spawn/foreign-launcher.js";

const empty = new URL("empty.js", import.meta.url);
const adding = new URL("add.js", import.meta.url);
const [command, forks] = ["../../packages/process/bin/manyhands.js", "forks.js"].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);

const expect = (seen, wanted) => {
  if (seen !== wanted) throw new Error(`a child answered ${seen}, not ${wanted}`);
};
/** Times an action from its call. */
export async function took(act) {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
const exit = async (child) => expect((await once(child, "exit"))[0], 0);
const toExit = (make) => () => took(() => exit(make()));
const start = (startMethod) => () =>
  took(async () => expect(await new Process({ module: empty, name: "nothing" }, { startMethod }).start().join(), 0));
const ask = (startMethod) => new Process({ module: adding, name: "add" }, { startMethod, args: [2, 3] }).start();

/** From the call to the child's end. */
const starts = {
  "new Worker": toExit(() => new Worker(empty)),
  "Process, thread": start("thread"),
  "child_process.fork": toExit(() => fork(empty)),
  "child_process.spawn": toExit(() => spawn(process.execPath, [fileURLToPath(empty)], { stdio: "ignore" })),
  "Process, spawn": start("spawn"),
};

/** With a question to the child and its answer. */
const answers = {
  "new Worker, to its answer": async () => {
    let worker;
    const ms = await took(async () => {
      worker = new Worker(adding, { workerData: [2, 3] });
      expect((await once(worker, "message"))[0], 5);
    });
    await worker.terminate();
    return ms;
  },
  "Process, thread kept ready, to its answer": async () => {
    await setSpareWorkers(1);
    let child;
    const ms = await took(async () => {
      child = ask("thread");
      expect(await child.result(), 5);
    });
    await child.join();
    await setSpareWorkers(0);
    return ms;
  },
  "child_process.fork, asked": () =>
    took(async () => {
      const child = fork(adding, ["answer"]);
      const ended = exit(child);
      child.send([2, 3]);
      expect((await once(child, "message"))[0], 5);
      await ended;
    }),
};

const forkserver = {
  "Process, forkserver": start("forkserver"),
  "Process, forkserver, asked": () =>
    took(async () => {
      const child = ask("forkserver");
      expect(await child.result(), 5);
      expect(await child.join(), 0);
    }),
};

export const rows = { ...starts, ...answers, ...(getAllStartMethods().includes("forkserver") && forkserver) };

const foreign = {
  "Python fork": "Python, fork",
  "Python forkserver": "Python, forkserver",
  "Python spawn": "Python, spawn",
  "C fork": "C, fork and waitpid",
  "C posix_spawn": "C, posix_spawn and waitpid",
  "C pthread": "C, pthread_create and pthread_join",
};

/**
 * The ways that need a program of their own: a fork of a program started by `manyhands run`, Python's and the system's.
 *
 * @returns the rows, the reasons for missing rows, and a function that ends the programs.
 */
export async function openForeign() {
  const [rows, missing, programs] = [{}, [], []];
  if (getAllStartMethods().includes("forkserver")) {
    const program = new LineProgram(process.execPath, [command, "run", forks]);
    programs.push(program);
    rows["Process, fork"] = async () => Number(await program.ask("fork"));
  }
  for (const [id, name] of Object.entries(foreign)) {
    try {
      const method = await foreignLaunchers.find((launcher) => launcher.id === id).open({ bytes: 0 });
      programs.push(method);
      rows[name] = async () => {
        const { callNs, goneNs } = await method.runChild();
        return (goneNs - callNs) / 1e6;
      };
    } catch (error) {
      missing.push(`${name}: ${error.message}`);
    }
  }
  return { rows, missing, close: () => Promise.all(programs.map((program) => program.close())) };
}
