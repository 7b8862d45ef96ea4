import { getAllStartMethods } from "@manyhands/process";
import { describe } from "vitest";
import { faultMatrix } from "./fault-matrix.ts";

describe.runIf(getAllStartMethods().includes("forkserver"))("forkserver", () => faultMatrix("forkserver"));
