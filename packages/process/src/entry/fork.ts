// What a forked child of a fork-ready program loads: the code of a child's life. All else is in its memory.
export { runInherited } from "../process/run-child.ts";
