import { lockContract } from "./lock-contract.ts";
import { valueContract } from "./value-contract.ts";

lockContract("spawn");
valueContract("spawn");
