import { Fifo } from "../wire/fifo.ts";
import type { Task } from "./task.ts";

/** How many milliseconds of waiting outweigh one unit of priority. */
export const agingMs = 1000;

/**
 * Tasks in the order of their priority, higher first; first in, first out within a priority.
 *
 * No task starves: a priority ages by one unit for every second that its task waits. Since all tasks age at the same
 * rate, their order never changes while they wait, and each task needs one key: the time of queueing, moved forward by
 * a second for each unit of priority.
 *
 * Shape: tasks of priority 0 are in a queue, where adding and taking costs the same at any length; others are in a
 * binary heap.
 *
 * Source: L. Kleinrock, "A Delay Dependent Queue Discipline" (Naval Research Logistics Quarterly, 1964), with one rate.
 */
export class PriorityQueue {
  #ordinary = new Fifo<Task>();
  #heap: Task[] = [];

  get size(): number {
    return this.#ordinary.size + this.#heap.length;
  }

  /** The next task; `undefined` when there is none. */
  get first(): Task | undefined {
    const ordinary = this.#ordinary.first;
    const [urgent] = this.#heap;
    if (urgent === undefined) return ordinary;
    return ordinary === undefined || precedes(urgent, ordinary) ? urgent : ordinary;
  }

  push(task: Task): void {
    if (task.priority === 0) this.#ordinary.push(task);
    else this.#pushToHeap(task);
  }

  /** Takes the next task; `undefined` when there is none. */
  shift(): Task | undefined {
    const { first } = this;
    if (first === undefined || first === this.#ordinary.first) return this.#ordinary.shift();
    const last = this.#heap.pop() as Task;
    if (this.#heap.length > 0) this.#sink(last);
    return first;
  }

  /** Removes the tasks that were settled in the queue. */
  removeSettled(): void {
    const kept: Task[] = [];
    for (let task = this.#ordinary.shift(); task !== undefined; task = this.#ordinary.shift()) {
      if (!task.isSettled) kept.push(task);
    }
    this.#ordinary = new Fifo(kept);
    // A sorted array is a heap.
    this.#heap = this.#heap.filter((task) => !task.isSettled).sort((a, b) => (precedes(a, b) ? -1 : 1));
  }

  #pushToHeap(task: Task): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!precedes(task, heap[parent] as Task)) break;
      heap[at] = heap[parent] as Task;
      at = parent;
    }
    heap[at] = task;
  }

  /** Puts a task in the place of the first one. */
  #sink(task: Task): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && precedes(heap[child + 1] as Task, heap[child] as Task)) child += 1;
      if (!precedes(heap[child] as Task, task)) break;
      heap[at] = heap[child] as Task;
      at = child;
    }
    heap[at] = task;
  }
}

function precedes(a: Task, b: Task): boolean {
  const [one, other] = [orderKey(a), orderKey(b)];
  return one === other ? a.id < b.id : one < other;
}

function orderKey({ queuedAt, priority }: Task): number {
  return queuedAt - priority * agingMs;
}
