/*
 * Does an amount of work on a number of native threads, as an upper bound for the speed-up of Node's threads.
 *
 * Reads one command per line, "compute THREADS UNITS" or "memory THREADS UNITS", and answers each with one line:
 *   CHECKSUM CALL RETURN, then START END CPU for every thread; times are CLOCK_MONOTONIC and thread CPU in nanoseconds.
 * A thread takes the next unit when it has finished one. A compute unit is a chain of integer and floating-point steps
 * in registers. A memory unit is a slice of STREAM's triad; the first argument is the length of its arrays, in doubles.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLICE = 1 << 16, STEPS = 100000, MAX_THREADS = 1024 };

struct share {
  uint64_t sum;
  int64_t start, end, cpu;
};

static struct share shares[MAX_THREADS];
static atomic_long next;
static long units;
static int memory;
static size_t length;
static double *a, *b, *c;

static int64_t clock_ns(clockid_t id) {
  struct timespec at;
  clock_gettime(id, &at);
  return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

static uint64_t compute(long unit) {
  uint64_t word = 88172645463325252u + (uint64_t)unit;
  double real = 1.0;
  for (int step = 0; step < STEPS; step++) {
    word ^= word << 13;
    word ^= word >> 7;
    word ^= word << 17;
    real = real * 0.999999 + (double)(word & 1023);
  }
  return word ^ (uint64_t)real;
}

static uint64_t triad(long unit) {
  size_t at = (size_t)unit % (length / SLICE) * SLICE;
  for (size_t i = at; i < at + SLICE; i++) a[i] = b[i] + 3.0 * c[i];
  return (uint64_t)(a[at] + a[at + SLICE - 1]);
}

static void *work(void *place) {
  struct share *own = place;
  own->sum = 0;
  int64_t cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
  own->start = clock_ns(CLOCK_MONOTONIC);
  for (long unit; (unit = atomic_fetch_add(&next, 1)) < units;) own->sum += memory ? triad(unit) : compute(unit);
  own->end = clock_ns(CLOCK_MONOTONIC);
  own->cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
  return NULL;
}

static void allocate(void) {
  if (a) return;
  a = malloc(length * sizeof *a);
  b = malloc(length * sizeof *b);
  c = malloc(length * sizeof *c);
  if (!a || !b || !c) exit(1);
  for (size_t i = 0; i < length; i++) a[i] = 0, b[i] = 2, c[i] = 1;
}

int main(int argc, char **argv) {
  char kind[16];
  int threads;
  length = argc > 1 ? strtoull(argv[1], NULL, 10) / SLICE * SLICE : SLICE;
  while (scanf("%15s %d %ld", kind, &threads, &units) == 3) {
    if (threads < 1 || threads > MAX_THREADS) return 1;
    memory = strcmp(kind, "memory") == 0;
    if (memory) allocate();
    pthread_t ids[MAX_THREADS];
    atomic_store(&next, 0);
    int64_t call = clock_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < threads; i++)
      if (pthread_create(&ids[i], NULL, work, &shares[i])) return 1;
    uint64_t sum = 0;
    for (int i = 0; i < threads; i++) {
      pthread_join(ids[i], NULL);
      sum += shares[i].sum;
    }
    printf("%llu %lld %lld", (unsigned long long)sum, (long long)call, (long long)clock_ns(CLOCK_MONOTONIC));
    for (int i = 0; i < threads; i++)
      printf(" %lld %lld %lld", (long long)shares[i].start, (long long)shares[i].end, (long long)shares[i].cpu);
    printf("\n");
    fflush(stdout);
  }
  return 0;
}
