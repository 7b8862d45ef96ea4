import { queueContract } from "./queue-contract.ts";

queueContract("thread");
