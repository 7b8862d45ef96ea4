import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A library that runs in a process of its own and measures on request. */
export class LibraryProcess {
  #child;

  /** @param {[module: string, name: string]} library @param {number} workers */
  static async open([module, name], workers) {
    const made = new LibraryProcess();
    made.#child = fork(new URL("./library-program.js", import.meta.url), [module, name, String(workers)]);
    await once(made.#child, "message");
    return made;
  }

  /** @returns {Promise<number>} the time in milliseconds, by the library process's clock. */
  async ask(question, options) {
    this.#child.send({ question, ...options });
    const [{ took, error }] = await once(this.#child, "message");
    if (error !== undefined) throw new Error(error);
    return took;
  }

  async close() {
    this.#child.disconnect();
    await once(this.#child, "exit");
  }
}

/** Python's Pool; unavailable without python3. */
export class PythonProcess {
  #child;
  #lines;

  static async open(workers) {
    const made = new PythonProcess();
    const program = new URL("./library/python_pool.py", import.meta.url).pathname;
    made.#child = spawn("python3", [program, String(workers)], { stdio: ["pipe", "pipe", "inherit"] });
    await once(made.#child, "spawn");
    made.#lines = createInterface({ input: made.#child.stdout })[Symbol.asyncIterator]();
    return made;
  }

  async ask(_question, options) {
    this.#child.stdin.write(`${JSON.stringify(options)}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(value);
  }

  async close() {
    this.#child.stdin.end();
    await once(this.#child, "exit");
  }
}
