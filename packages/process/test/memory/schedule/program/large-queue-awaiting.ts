import { consumeThenWait, largeQueue } from "./large-queue.ts";

export const program = largeQueue(consumeThenWait);
