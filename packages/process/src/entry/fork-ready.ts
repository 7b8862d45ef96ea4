// The program that becomes a fork-ready Node: its arguments are Node's, its descriptor 3 stays open.
import { execForkReady } from "../posix/fork/exec-fork-ready.ts";

execForkReady(process.argv.slice(2), [3]);
