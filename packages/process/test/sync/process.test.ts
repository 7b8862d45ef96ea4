import { barrierContract } from "./barrier-contract.ts";
import { conditionContract } from "./condition-contract.ts";
import { eventContract } from "./event-contract.ts";
import { lockContract } from "./lock-contract.ts";
import { rlockContract } from "./rlock-contract.ts";
import { semaphoreContract } from "./semaphore-contract.ts";
import { processMethod } from "./sharing.ts";
import { valueContract } from "./value-contract.ts";

const contracts = [
  barrierContract,
  conditionContract,
  eventContract,
  lockContract,
  rlockContract,
  semaphoreContract,
  valueContract,
];
for (const contract of contracts) contract(processMethod);
