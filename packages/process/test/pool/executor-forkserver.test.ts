import { getAllStartMethods } from "@manyhands/process";
import { describe } from "vitest";
import { executorContract } from "./executor-contract.ts";

describe.runIf(getAllStartMethods().includes("forkserver"))("forkserver", () => executorContract("forkserver"));
