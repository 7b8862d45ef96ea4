import { pipeContract } from "./pipe-contract.ts";

pipeContract("thread");
