/** A function or a repeated value that a worker is sent once and knows by its id afterwards. */
export interface SentOnce {
  readonly id: number;
}

let lastId = 0;

/** An id that no other {@link SentOnce} has. */
export function sentOnceId(): number {
  lastId += 1;
  return lastId;
}
