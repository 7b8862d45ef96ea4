import { pipeContract } from "./pipe-contract.ts";

pipeContract("spawn");
