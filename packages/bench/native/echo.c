/*
 * Sends messages to another process and back over a pair of pipes, as lmbench's lat_pipe does.
 *
 * Reads one command per line, "BYTES COUNT WINDOW". Sends COUNT messages of so many bytes to the other process and
 * back, WINDOW of them in flight at once, and answers with the nanoseconds for all of them. The pipes must hold the
 * messages in flight.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

static void all(ssize_t (*move)(int, void *, size_t), int fd, char *bytes, size_t count) {
  while (count > 0) {
    ssize_t moved = move(fd, bytes, count);
    if (moved <= 0) _exit(0);
    bytes += moved;
    count -= (size_t)moved;
  }
}

static ssize_t put(int fd, void *bytes, size_t count) { return write(fd, bytes, count); }

int main(void) {
  int there[2], back[2];
  size_t head;
  long count, window;
  if (pipe(there) || pipe(back)) return 1;
  pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    close(there[1]);
    for (;;) {
      all(read, there[0], (char *)&head, sizeof head);
      char *bytes = malloc(head + 1);
      if (!bytes) _exit(1);
      all(read, there[0], bytes, head);
      all(put, back[1], bytes, head + 1);
      free(bytes);
    }
  }
  while (scanf("%zu %ld %ld", &head, &count, &window) == 3) {
    char *bytes = calloc(head + 1, 1);
    if (!bytes) return 1;
    int64_t start = now();
    for (long sent = 0, got = 0; got < count; got++) {
      for (; sent < count && sent < got + window; sent++) {
        all(put, there[1], (char *)&head, sizeof head);
        all(put, there[1], bytes, head);
      }
      all(read, back[0], bytes, head + 1);
    }
    printf("%lld\n", (long long)(now() - start));
    fflush(stdout);
    free(bytes);
  }
  return 0;
}
