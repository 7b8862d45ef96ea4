import { isAnswer, type MessageToPool, type RunMessage } from "@manyhands/process/engine";
import type { FileHash } from "../code/program-file.ts";
import type { OwnProgram } from "./own-program.ts";

/** The modules of the functions that a seat was sent, until a task shows that the machine can run them. */
export class SentModules {
  readonly #program: OwnProgram;
  /** By the first task that runs a function of them. */
  readonly #unproved = new Map<number, readonly FileHash[]>();

  constructor(program: OwnProgram) {
    this.#program = program;
  }

  /** The modules of the new functions of a message. */
  add({ functions, tasks }: RunMessage): FileHash[] {
    return functions.flatMap(([id, target]) => {
      const { modules } = this.#program.needsOf(target);
      const task = tasks.find(([, functionId]) => functionId === id);
      if (task !== undefined && modules.length > 0) this.#unproved.set(task[0], modules);
      return modules;
    });
  }

  /** Takes the answer to a task. */
  answered(task: number, answer: MessageToPool): void {
    const modules = this.#unproved.get(task);
    if (modules === undefined) return;
    this.#unproved.delete(task);
    if (isAnswer(answer) && (answer[3] ?? []).length === 0) this.#program.proved(modules);
  }
}
