import { processContract } from "./contract.ts";

processContract("thread");
