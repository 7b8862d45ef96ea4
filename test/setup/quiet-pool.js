import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { ForksPoolWorker } from "vitest/node";

/** What the children of tests print: errors that tests provoke, and the stacks of processes that abort. */
export const outputFile = fileURLToPath(new URL("../../test-output.log", import.meta.url));

let stream;

/** Vitest's pool of processes. Their output goes to a file: in a terminal it would hide the summary. */
class QuietWorker extends ForksPoolWorker {
  constructor(options) {
    super(options);
    stream ??= createWriteStream(outputFile);
    this.stdout = stream;
    this.stderr = stream;
  }
}

export const quietPool = { name: "quiet", createPoolWorker: (options) => new QuietWorker(options) };
