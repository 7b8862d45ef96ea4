import { setSpareWorkers } from "@manyhands/process";
import { afterAll, beforeAll, describe } from "vitest";
import { processContract } from "./contract.ts";

describe("thread, of those that are kept ready", () => {
  beforeAll(() => setSpareWorkers(2));
  afterAll(() => setSpareWorkers(0));
  processContract("thread", "inherit");
});
