// The targets of this folder's benchmarks: the other side of each exchange.
/** Takes values until `null`, then answers with their count and the sum of their ids; repeats. */
export function consume(queue, answers) {
  for (;;) {
    let count = 0;
    let sum = 0;
    let value = queue.getSync();
    if (value === "end") return;
    for (; value !== null; value = queue.getSync()) {
      count += 1;
      sum += value.id ?? value.byteLength;
    }
    answers.putSync({ count, sum });
  }
}

/** Sends each value back. */
export function echo(requests, replies) {
  for (let value = requests.getSync(); value !== "end"; value = requests.getSync()) replies.putSync(value);
}

/** The sum of the elements in a range. */
export function sumOf(array, from, to) {
  let sum = 0;
  const { typed } = array;
  for (let i = from; i < to; i++) sum += typed[i];
  return sum;
}
