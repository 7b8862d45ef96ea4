/*
 * Starts children by system calls, for comparison.
 *
 * First argument: bytes of memory to allocate and touch. Reads one command per line and answers each with one line. WAY
 * is pthread, fork, vfork, posix_spawn or fork_exec; times are nanoseconds of CLOCK_MONOTONIC:
 *   run WAY      runs one child; CALL RETURNED STARTED ENDED, where STARTED is 0 if the child cannot report it
 *   burst WAY N  starts N children at once; CALL ENDED, from the first call until the last child has ended
 *   hold WAY     starts an idle child; its process id, 0 for a thread
 *   release      ends all idle children; their number
 * A child that executes another program runs this one. With the argument "end" it exits at once. With "wait" and a
 * descriptor it exits when the other end of the descriptor is closed. An idle child of vfork must execute a program,
 * since its parent is suspended until then.
 */
#define _GNU_SOURCE
#include <fcntl.h>
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

enum { MOST = 1024 };

struct child {
  pid_t process; /* 0 for a thread */
  pthread_t thread;
};

extern char **environ;
static volatile int64_t *started; /* in memory that a forked child shares */
static char *self;
static int gate[2] = {-1, -1}; /* a pipe: idle children read from it until the other end is closed */

static int64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

static void wait_until_closed(int descriptor) {
  char nothing;
  while (read(descriptor, &nothing, 1) > 0) {
  }
}

static void *short_thread(void *nothing) {
  *started = now();
  return nothing;
}

static void *idle_thread(void *nothing) {
  wait_until_closed(gate[0]);
  return nothing;
}

/* Starts one child; returns 0 on success. */
static int start(const char *way, int idle, struct child *made) {
  char descriptor[12];
  snprintf(descriptor, sizeof descriptor, "%d", gate[0]);
  char *program[] = {self, idle ? "wait" : "end", descriptor, NULL};
  made->process = 0;
  if (strcmp(way, "pthread") == 0)
    return pthread_create(&made->thread, NULL, idle ? idle_thread : short_thread, NULL);
  if (strcmp(way, "posix_spawn") == 0) return posix_spawn(&made->process, self, NULL, NULL, program, environ);
  if (strcmp(way, "vfork") == 0) {
    made->process = vfork();
    if (made->process == 0) {
      if (idle) execve(self, program, environ);
      _exit(0);
    }
  } else {
    made->process = fork();
    if (made->process == 0) {
      if (strcmp(way, "fork_exec") == 0) execve(self, program, environ);
      *started = now();
      if (idle) {
        close(gate[1]);
        wait_until_closed(gate[0]);
      }
      _exit(0);
    }
  }
  return made->process < 0;
}

static void reap(const struct child *child) {
  if (child->process == 0) pthread_join(child->thread, NULL);
  else waitpid(child->process, NULL, 0);
}

static int run(const char *way) {
  struct child child;
  *started = 0;
  int64_t call = now();
  if (start(way, 0, &child)) return 1;
  int64_t returned = now();
  reap(&child);
  int64_t ended = now();
  printf("%lld %lld %lld %lld\n", (long long)call, (long long)returned, (long long)*started, (long long)ended);
  return 0;
}

static int burst(const char *way, int count) {
  static struct child children[MOST];
  if (count < 1 || count > MOST) return 1;
  int64_t call = now();
  for (int at = 0; at < count; at++)
    if (start(way, 0, &children[at])) return 1;
  for (int at = 0; at < count; at++) reap(&children[at]);
  printf("%lld %lld\n", (long long)call, (long long)now());
  return 0;
}

static struct child idle_children[MOST];
static int idle_count = 0;

static int hold(const char *way) {
  if (idle_count == 0 && (pipe(gate) || fcntl(gate[1], F_SETFD, FD_CLOEXEC))) return 1;
  if (idle_count == MOST || start(way, 1, &idle_children[idle_count])) return 1;
  printf("%d\n", (int)idle_children[idle_count++].process);
  return 0;
}

static int release(void) {
  if (idle_count > 0) {
    close(gate[1]);
    for (int at = 0; at < idle_count; at++) reap(&idle_children[at]);
    close(gate[0]);
  }
  printf("%d\n", idle_count);
  idle_count = 0;
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "end") == 0) _exit(0);
  if (argc > 2 && strcmp(argv[1], "wait") == 0) wait_until_closed(atoi(argv[2]));
  if (argc > 2) _exit(0);
  self = argv[0];
  size_t bytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  started = mmap(NULL, sizeof *started, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *ballast = malloc(bytes + 1);
  if (started == MAP_FAILED || !ballast) return 1;
  memset(ballast, 1, bytes + 1);
  char line[64], command[16], way[16];
  while (fgets(line, sizeof line, stdin)) {
    int count = 0, failed = 1;
    way[0] = 0;
    if (sscanf(line, "%15s %15s %d", command, way, &count) < 1) return 1;
    if (strcmp(command, "run") == 0) failed = run(way);
    else if (strcmp(command, "burst") == 0) failed = burst(way, count);
    else if (strcmp(command, "hold") == 0) failed = hold(way);
    else if (strcmp(command, "release") == 0) failed = release();
    if (failed) return 1;
    fflush(stdout);
  }
  return ballast[0] == 1 ? 0 : 1;
}
