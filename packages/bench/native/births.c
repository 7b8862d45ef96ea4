/*
 * Children by the system's own ways, for comparison.
 *
 * First argument: bytes of memory to hold, touched. Reads one order a line and answers each with one line; WAY is pthread,
 * fork, vfork, posix_spawn or fork_exec, times are nanoseconds of CLOCK_MONOTONIC:
 *   bear WAY     makes one child; CALL RETURNED BORN GONE, where BORN is 0 if the child cannot tell
 *   burst WAY N  makes N at once; CALL GONE, from the first call until the last one is gone
 *   hold WAY     makes one that stays; its process, 0 for a thread
 *   release      ends all that stay; how many
 * A child that becomes another program runs this one with the argument "born", which ends at once, or "stay" and a
 * descriptor, which ends when the other end of it is closed; one of vfork that stays must become another program.
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
static volatile int64_t *born;
static char *self;
static int gate[2] = {-1, -1}; /* who stays reads here, until the other end is closed */

static int64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

static void stay(int descriptor) {
  char nothing;
  while (read(descriptor, &nothing, 1) > 0) {
  }
}

static void *short_thread(void *nothing) {
  *born = now();
  return nothing;
}

static void *staying_thread(void *nothing) {
  stay(gate[0]);
  return nothing;
}

/* Makes one child; gives 0 when it is there. */
static int make(const char *way, int stays, struct child *made) {
  char descriptor[12];
  snprintf(descriptor, sizeof descriptor, "%d", gate[0]);
  char *program[] = {self, stays ? "stay" : "born", descriptor, NULL};
  made->process = 0;
  if (strcmp(way, "pthread") == 0)
    return pthread_create(&made->thread, NULL, stays ? staying_thread : short_thread, NULL);
  if (strcmp(way, "posix_spawn") == 0) return posix_spawn(&made->process, self, NULL, NULL, program, environ);
  if (strcmp(way, "vfork") == 0) {
    made->process = vfork();
    if (made->process == 0) {
      if (stays) execve(self, program, environ);
      _exit(0);
    }
  } else {
    made->process = fork();
    if (made->process == 0) {
      if (strcmp(way, "fork_exec") == 0) execve(self, program, environ);
      *born = now();
      if (stays) {
        close(gate[1]);
        stay(gate[0]);
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

static int bear(const char *way) {
  struct child child;
  *born = 0;
  int64_t call = now();
  if (make(way, 0, &child)) return 1;
  int64_t returned = now();
  reap(&child);
  int64_t gone = now();
  printf("%lld %lld %lld %lld\n", (long long)call, (long long)returned, (long long)*born, (long long)gone);
  return 0;
}

static int burst(const char *way, int count) {
  static struct child children[MOST];
  if (count < 1 || count > MOST) return 1;
  int64_t call = now();
  for (int at = 0; at < count; at++)
    if (make(way, 0, &children[at])) return 1;
  for (int at = 0; at < count; at++) reap(&children[at]);
  printf("%lld %lld\n", (long long)call, (long long)now());
  return 0;
}

static struct child held[MOST];
static int holds = 0;

static int hold(const char *way) {
  if (holds == 0 && (pipe(gate) || fcntl(gate[1], F_SETFD, FD_CLOEXEC))) return 1;
  if (holds == MOST || make(way, 1, &held[holds])) return 1;
  printf("%d\n", (int)held[holds++].process);
  return 0;
}

static int release(void) {
  if (holds > 0) {
    close(gate[1]);
    for (int at = 0; at < holds; at++) reap(&held[at]);
    close(gate[0]);
  }
  printf("%d\n", holds);
  holds = 0;
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "born") == 0) _exit(0);
  if (argc > 2 && strcmp(argv[1], "stay") == 0) stay(atoi(argv[2]));
  if (argc > 2) _exit(0);
  self = argv[0];
  size_t bytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  born = mmap(NULL, sizeof *born, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *ballast = malloc(bytes + 1);
  if (born == MAP_FAILED || !ballast) return 1;
  memset(ballast, 1, bytes + 1);
  char line[64], order[16], way[16];
  while (fgets(line, sizeof line, stdin)) {
    int count = 0, failed = 1;
    way[0] = 0;
    if (sscanf(line, "%15s %15s %d", order, way, &count) < 1) return 1;
    if (strcmp(order, "bear") == 0) failed = bear(way);
    else if (strcmp(order, "burst") == 0) failed = burst(way, count);
    else if (strcmp(order, "hold") == 0) failed = hold(way);
    else if (strcmp(order, "release") == 0) failed = release();
    if (failed) return 1;
    fflush(stdout);
  }
  return ballast[0] == 1 ? 0 : 1;
}
