import { supervisorContract } from "./contract.ts";

supervisorContract("thread");
