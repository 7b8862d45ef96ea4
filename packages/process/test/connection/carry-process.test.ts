import { carryContract } from "./carry-contract.ts";

carryContract("spawn");
