"""Children by Python's multiprocessing, for comparison.

First argument: bytes of memory to hold. Reads one order a line and answers each with one line; WAY is fork, spawn or
forkserver, times are nanoseconds of CLOCK_MONOTONIC:
  bear WAY     makes one child; CALL RETURNED BORN GONE
  burst WAY N  makes N at once; CALL GONE, from the first call until the last one is gone
  hold WAY     makes one that stays, and waits until it runs; its process
  release      ends all that stay; how many
"""

import multiprocessing
import sys
import time


def newborn(born):
    born.value = time.monotonic_ns()


def staying(runs):
    runs.set()
    time.sleep(86400)


def bear(context):
    born = context.Value("q", 0, lock=False)
    child = context.Process(target=newborn, args=(born,))
    call = time.monotonic_ns()
    child.start()
    returned = time.monotonic_ns()
    child.join()
    return call, returned, born.value, time.monotonic_ns()


def burst(context, count):
    born = context.Value("q", 0, lock=False)
    children = [context.Process(target=newborn, args=(born,)) for _ in range(count)]
    call = time.monotonic_ns()
    for child in children:
        child.start()
    for child in children:
        child.join()
    return call, time.monotonic_ns()


def hold(context, held):
    runs = context.Event()
    child = context.Process(target=staying, args=(runs,), daemon=True)
    child.start()
    runs.wait()
    held.append(child)
    return (child.pid,)


def release(held):
    for child in held:
        child.terminate()
    for child in held:
        child.join()
    count = len(held)
    held.clear()
    return (count,)


def main():
    ballast = bytearray(int(sys.argv[1]))
    ballast[::4096] = b"1" * len(ballast[::4096])
    held = []
    for line in sys.stdin:
        order, *words = line.split()
        if order == "release":
            answer = release(held)
        else:
            context = multiprocessing.get_context(words[0])
            if order == "bear":
                answer = bear(context)
            elif order == "burst":
                answer = burst(context, int(words[1]))
            else:
                answer = hold(context, held)
        print(*answer, flush=True)


if __name__ == "__main__":
    main()
