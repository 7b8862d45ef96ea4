"""Starts children by Python's multiprocessing, for comparison.

First argument: bytes of memory to allocate. Reads one command a line and answers each with one line. WAY is fork, spawn or
forkserver; times are nanoseconds of CLOCK_MONOTONIC:
  run WAY      runs one child; CALL RETURNED STARTED ENDED
  burst WAY N  starts N children at once; CALL ENDED, from the first call until the last child has ended
  hold WAY     starts an idle child and waits until it runs; its process id
  release      ends all idle children; their number
"""

import multiprocessing
import sys
import time


def record_start(started):
    started.value = time.monotonic_ns()


def idle(runs):
    runs.set()
    time.sleep(86400)


def run(context):
    started = context.Value("q", 0, lock=False)
    child = context.Process(target=record_start, args=(started,))
    call = time.monotonic_ns()
    child.start()
    returned = time.monotonic_ns()
    child.join()
    return call, returned, started.value, time.monotonic_ns()


def burst(context, count):
    started = context.Value("q", 0, lock=False)
    children = [context.Process(target=record_start, args=(started,)) for _ in range(count)]
    call = time.monotonic_ns()
    for child in children:
        child.start()
    for child in children:
        child.join()
    return call, time.monotonic_ns()


def hold(context, idle_children):
    runs = context.Event()
    child = context.Process(target=idle, args=(runs,), daemon=True)
    child.start()
    runs.wait()
    idle_children.append(child)
    return (child.pid,)


def release(idle_children):
    for child in idle_children:
        child.terminate()
    for child in idle_children:
        child.join()
    count = len(idle_children)
    idle_children.clear()
    return (count,)


def main():
    ballast = bytearray(int(sys.argv[1]))
    ballast[::4096] = b"1" * len(ballast[::4096])
    idle_children = []
    for line in sys.stdin:
        command, *words = line.split()
        if command == "release":
            answer = release(idle_children)
        else:
            context = multiprocessing.get_context(words[0])
            if command == "run":
                answer = run(context)
            elif command == "burst":
                answer = burst(context, int(words[1]))
            else:
                answer = hold(context, idle_children)
        print(*answer, flush=True)


if __name__ == "__main__":
    main()
