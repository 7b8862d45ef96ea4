/** A text output: a Node stream, or an object with the same methods. */
export interface Writable {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}
