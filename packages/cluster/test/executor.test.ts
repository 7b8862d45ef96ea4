import { describe } from "vitest";
import { executorContract } from "../../process/test/pool/executor-contract.ts";
import { clusterOfTwo } from "./setup/cluster-of-two.ts";
import { serverProgram } from "./setup/redis.ts";

describe.skipIf(serverProgram === undefined)("on two worker programs", () => {
  executorContract("spawn", clusterOfTwo("--cores", "4", "--allow-code", "--start-method", "forkserver"));
});
