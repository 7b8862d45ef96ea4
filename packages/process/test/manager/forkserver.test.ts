import { getAllStartMethods, Process } from "@manyhands/process";
import { beforeAll, describe } from "vitest";
import { managerContract } from "./contract.ts";

describe.runIf(getAllStartMethods().includes("forkserver"))("forkserver", () => {
  // The server stays for as long as the program; what a test leaves behind is counted from there on.
  beforeAll(() => new Process({ startMethod: "forkserver" }).start().join());
  managerContract("forkserver");
});
