import type { Readable } from "node:stream";
import { WholeLines } from "./whole-lines.ts";

const keptBytes = 4096;

/** Keeps the end of what a child writes to its stderr, so that its death can be told with its last words. */
export class LastWords {
  #text = "";

  /**
   * @param stderr the child's stderr.
   * @param copy where everything is passed on to, in whole lines. Default: nowhere.
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

  /** The last lines, at most 4 KiB; a line that was cut at its beginning is left out. */
  get text(): string {
    const cut = this.#text.length === keptBytes ? this.#text.indexOf("\n") + 1 : 0;
    return this.#text.slice(cut).trimEnd();
  }
}
