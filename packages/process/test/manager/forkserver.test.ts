import { getAllStartMethods, Process } from "@manyhands/process";
import { beforeAll, describe } from "vitest";
import { managerContract } from "./manager-contract.ts";

describe.runIf(getAllStartMethods().includes("forkserver"))("forkserver", () => {
  // Starts the fork server first: it runs as long as the program, so the tests must not count it as left behind.
  beforeAll(() => new Process({ startMethod: "forkserver" }).start().join());
  managerContract("forkserver");
});
