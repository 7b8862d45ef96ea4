import type { Readable } from "node:stream";
import { WholeLines } from "./whole-lines.ts";

const keptBytes = 4096;

/** Keeps the last output of a child's stderr, for the error after a crash. */
export class StderrTail {
  #text = "";

  /**
   * @param stderr the child's stderr.
   * @param copy the stream to which the output is copied, in whole lines. Default: none.
   */
  constructor(stderr: Readable, copy?: NodeJS.WritableStream) {
    const decoder = new TextDecoder();
    const lines = copy && new WholeLines(copy);
    stderr.once("close", () => lines?.flush());
    stderr.on("data", (piece: Buffer) => {
      lines?.write(piece);
      this.#text = (this.#text + decoder.decode(piece, { stream: true })).slice(-keptBytes);
    });
  }

  /** The last lines, at most 4 KiB, without a line whose beginning was dropped. */
  get text(): string {
    const cut = this.#text.length === keptBytes ? this.#text.indexOf("\n") + 1 : 0;
    return this.#text.slice(cut).trimEnd();
  }
}
