// A parent starts n children and waits for each exit, in the order of the exits. In C++:
//
//   for (int i = 0; i < n; i++)
//     if (fork() == 0) { sleep(n - i); exit(i); }
//   for (int i = 0; i < n; i++) {
//     int status;
//     pid_t pid = waitpid(-1, &status, 0);
//     printf("child %d exited with %d\n", pid, WEXITSTATUS(status));
//   }
import { setTimeout as sleep } from "node:timers/promises";
import { Process, waitpid } from "@manyhands/process";

async function child(i: number, seconds: number): Promise<void> {
  await sleep(seconds * 1000);
  process.exit(i);
}

const n = 3;
for (let i = 0; i < n; i++) {
  new Process(child, { args: [i, (n - i) / 10], name: `child ${i}`, startMethod: "spawn" }).start();
}
for (let i = 0; i < n; i++) {
  const ended = await waitpid(-1);
  console.log(`${ended?.process.name} exited with ${ended?.status}`);
}

// Output, in any order:
// child 0 exited with 0
// child 1 exited with 1
// child 2 exited with 2
