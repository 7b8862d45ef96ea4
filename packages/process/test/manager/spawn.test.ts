import { managerContract } from "./contract.ts";

managerContract("spawn");
