// A program that replaces itself by a Node that can fork. Its arguments are Node's; descriptor 3 stays open.
import { execForkReady } from "../posix/fork/exec-fork-ready.ts";

execForkReady(process.argv.slice(2), [3]);
