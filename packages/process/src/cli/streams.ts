/** Where a command writes: answers to `stdout`, complaints to `stderr`. */
export interface Streams {
  readonly stdout: {
    write(text: string): unknown;
    /** The terminal's size, when it is one. */
    readonly columns?: number;
    readonly rows?: number;
    readonly isTTY?: boolean;
  };
  readonly stderr: { write(text: string): unknown };
}
