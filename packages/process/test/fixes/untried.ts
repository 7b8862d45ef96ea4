/** Fixes that no test of this machine can try, each with the reason. A fix that can be tried needs a try. */
export const untried: Readonly<Record<string, string>> = {
  'run a build of Node from nodejs.org, or write startMethod: "spawn"':
    "It needs a build of Node that exports fewer functions; test/posix/support.test.ts imitates one.",
  'start the process with startMethod "spawn"':
    "It needs a Node whose platform has another layout; test/posix/platform-threads.test.ts tests the search for it.",
  'use startMethod "spawn" there': "It needs a sandbox that allows no seccomp filter.",
  "raise it (ulimit -u)":
    "It needs a user other than root at the limit on processes; test/process/few-resources.test.ts starts children there.",
  "end it before this process changes its user":
    "It changes the user of the program, which root alone may; test/start/unknown-state.test.ts shows the message to root.",
};
