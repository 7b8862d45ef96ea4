/** Where text goes: a stream of Node's or anything like it. */
export interface Writable {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}
