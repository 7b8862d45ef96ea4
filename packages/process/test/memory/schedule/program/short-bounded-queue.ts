import { boundedQueue } from "./bounded-queue.ts";

/** Short enough for schedules with two preemptions. */
export const program = boundedQueue(1, 1);
