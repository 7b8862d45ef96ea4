import { consumeThenBlock, largeQueue } from "./large-queue.ts";

export const program = largeQueue(consumeThenBlock);
