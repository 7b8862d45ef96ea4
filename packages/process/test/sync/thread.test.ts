import { lockContract } from "./lock-contract.ts";
import { valueContract } from "./value-contract.ts";

lockContract("thread");
valueContract("thread");
