import { processContract } from "./contract.ts";

processContract("spawn");
