/**
 * POSIX processes in Node, as operating-systems courses teach them. For Linux; `fork` is for programs that `manyhands
 * run` starts.
 */
export {
  _exit,
  execve,
  getpid,
  getppid,
  kill,
  pipe,
  type WaitedStatus,
  type WaitpidOptions,
  waitpid,
  waitpidSync,
} from "./posix/calls/system-calls.ts";
export {
  WCOREDUMP,
  WEXITSTATUS,
  WIFCONTINUED,
  WIFEXITED,
  WIFSIGNALED,
  WIFSTOPPED,
  WSTOPSIG,
  WTERMSIG,
} from "./posix/calls/wait-status.ts";
export { forkProgram as fork } from "./posix/fork/fork-program.ts";
