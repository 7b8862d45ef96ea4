import { managerContract } from "./contract.ts";

managerContract("thread");
