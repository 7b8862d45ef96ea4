"""Children by Python's multiprocessing, for comparison.

First argument: bytes of memory to hold. Reads one order a line: fork, spawn or forkserver; makes one child and answers
with one line, CALL RETURNED BORN GONE in nanoseconds of CLOCK_MONOTONIC.
"""

import multiprocessing
import sys
import time


def newborn(born):
    born.value = time.monotonic_ns()


def main():
    ballast = bytearray(int(sys.argv[1]))
    ballast[::4096] = b"1" * len(ballast[::4096])
    for line in sys.stdin:
        context = multiprocessing.get_context(line.strip())
        born = context.Value("q", 0, lock=False)
        child = context.Process(target=newborn, args=(born,))
        call = time.monotonic_ns()
        child.start()
        returned = time.monotonic_ns()
        child.join()
        gone = time.monotonic_ns()
        print(call, returned, born.value, gone, flush=True)


if __name__ == "__main__":
    main()
