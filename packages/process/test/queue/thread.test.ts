import { everyQueueContract } from "./every-queue-contract.ts";
import { queueContract } from "./queue-contract.ts";

queueContract("thread");
everyQueueContract("thread");
