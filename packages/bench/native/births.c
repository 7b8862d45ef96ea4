/*
 * Children by the system's own ways, for comparison.
 *
 * First argument: bytes of memory to hold, touched. Reads one order a line: pthread, fork, vfork, posix_spawn or
 * fork_exec; makes one child of that kind and answers with one line, CALL RETURNED BORN GONE in nanoseconds of
 * CLOCK_MONOTONIC; BORN is 0 where the child cannot tell. A child that becomes another program runs this one with the
 * argument "born", which ends at once.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static volatile int64_t *born;

static int64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

static void *thread(void *nothing) {
  *born = now();
  return nothing;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "born") == 0) _exit(0);
  size_t bytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  born = mmap(NULL, sizeof *born, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *ballast = malloc(bytes + 1);
  if (born == MAP_FAILED || !ballast) return 1;
  memset(ballast, 1, bytes + 1);
  char *program[] = {argv[0], "born", NULL};
  char order[16];
  while (scanf("%15s", order) == 1) {
    *born = 0;
    pid_t child = -1;
    int64_t call = now(), returned;
    if (strcmp(order, "pthread") == 0) {
      pthread_t id;
      if (pthread_create(&id, NULL, thread, NULL)) return 1;
      returned = now();
      pthread_join(id, NULL);
    } else {
      if (strcmp(order, "posix_spawn") == 0) {
        if (posix_spawn(&child, argv[0], NULL, NULL, program, environ)) return 1;
      } else if (strcmp(order, "vfork") == 0) {
        child = vfork();
        if (child == 0) _exit(0);
      } else {
        child = fork();
        if (child == 0) {
          if (strcmp(order, "fork_exec") == 0) execve(argv[0], program, environ);
          *born = now();
          _exit(0);
        }
      }
      if (child < 0) return 1;
      returned = now();
      waitpid(child, NULL, 0);
    }
    int64_t gone = now();
    printf("%lld %lld %lld %lld\n", (long long)call, (long long)returned, (long long)*born, (long long)gone);
    fflush(stdout);
  }
  return ballast[0] == 1 ? 0 : 1;
}
