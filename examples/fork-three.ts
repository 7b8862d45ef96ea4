// The first program of operating-systems courses, line by line. Run it with: manyhands run fork-three.ts
//
//   int main() {                                        const parent = getpid();
//     for (int i = 0; i < 3; i++) {                     for (const seconds of [0.1, 0.2, 0.3]) {
//       if (fork() == 0) {                                if (fork() === 0) {
//         sleep(seconds[i]);                                await sleep(seconds * 1000);
//         cout << "child " << getpid() << endl;             console.log(`child (…): slept ${seconds} s`);
//         _exit(0);                                         _exit(0);
//       }                                                 }
//     }                                                 }
//     while (wait(nullptr) > 0);                        for (let i = 0; i < 3; i++) await waitpid(-1);
//   }
import { setTimeout as sleep } from "node:timers/promises";
import { _exit, fork, getpid, getppid, WEXITSTATUS, WIFEXITED, waitpid } from "@manyhands/process/posix";

const parent = getpid();
for (const seconds of [0.1, 0.2, 0.3]) {
  if (fork() === 0) {
    await sleep(seconds * 1000);
    console.log(`child (a process of its own: ${getpid() !== parent && getppid() === parent}): slept ${seconds} s`);
    _exit(seconds * 10);
  }
}
for (let i = 0; i < 3; i++) {
  const ended = await waitpid(-1);
  if (ended !== null && WIFEXITED(ended.status)) console.log(`parent: one exited with ${WEXITSTATUS(ended.status)}`);
}

// Output, in any order:
// child (a process of its own: true): slept 0.1 s
// child (a process of its own: true): slept 0.2 s
// child (a process of its own: true): slept 0.3 s
// parent: one exited with 1
// parent: one exited with 2
// parent: one exited with 3
