import { getAllStartMethods } from "@manyhands/process";
import { describe } from "vitest";
import { poolContract } from "./pool-contract.ts";

describe.runIf(getAllStartMethods().includes("forkserver"))("forkserver", () => poolContract("forkserver"));
