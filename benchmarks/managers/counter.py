"""Calls a manager of Python's as often as each line of stdin says, and answers with the seconds that it took."""
import sys
import time
from multiprocessing.managers import BaseManager


class Counter:
    def __init__(self):
        self.count = 0

    def add(self, by):
        self.count += by
        return self.count


BaseManager.register("Counter", Counter)

if __name__ == "__main__":
    with BaseManager() as manager:
        counter = manager.Counter()
        count = 0
        for line in sys.stdin:
            calls = int(line)
            began = time.perf_counter()
            for _ in range(calls):
                count += 1
                assert counter.add(1) == count
            print(time.perf_counter() - began, flush=True)
