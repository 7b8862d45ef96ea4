import { supervisorContract } from "./contract.ts";

supervisorContract("spawn");
