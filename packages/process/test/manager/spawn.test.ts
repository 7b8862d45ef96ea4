import { managerContract } from "./manager-contract.ts";

managerContract("spawn");
