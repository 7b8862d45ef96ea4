import { setSpareWorkers } from "@manyhands/process";
import { afterAll, beforeAll, describe } from "vitest";
import { processContract } from "./contract.ts";

describe("thread, with spare workers", () => {
  beforeAll(() => setSpareWorkers(2));
  afterAll(() => setSpareWorkers(0));
  processContract("thread", "inherit");
});
