import { getAllStartMethods, Process } from "@manyhands/process";
import { beforeAll, describe } from "vitest";
import { supervisorContract } from "./contract.ts";

describe.runIf(getAllStartMethods().includes("forkserver"))("forkserver", () => {
  // Started before the first test: the server lives as long as the program, and is no process that a test left behind.
  beforeAll(() => new Process({ startMethod: "forkserver" }).start().join());
  supervisorContract("forkserver");
});
