/** What a worker is sent once and then knows by its number: a function, or a value that repeats. */
export interface SentOnce {
  readonly id: number;
}

let numbers = 0;

/** A number that nothing else has that is sent once. */
export function sentOnceId(): number {
  numbers += 1;
  return numbers;
}
