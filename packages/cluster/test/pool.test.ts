import { describe } from "vitest";
import { poolContract } from "../../process/test/pool/pool-contract.ts";
import { clusterOfTwo } from "./setup/cluster-of-two.ts";
import { serverProgram } from "./setup/redis.ts";

describe.skipIf(serverProgram === undefined)("on two worker programs", () => {
  poolContract("spawn", clusterOfTwo("--cores", "4", "--allow-code", "--start-method", "forkserver"));
});
