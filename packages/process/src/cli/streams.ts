/** Where a command writes: results to `stdout`, errors to `stderr`. */
export interface Streams {
  readonly stdout: {
    write(text: string): unknown;
    /** The size of the terminal, when the stream is one. */
    readonly columns?: number;
    readonly rows?: number;
    readonly isTTY?: boolean;
  };
  readonly stderr: { write(text: string): unknown };
}
