"""Calls a manager of Python's as often as each line of stdin says, shared among as many threads, and answers with the seconds that it took."""
import sys
import time
from concurrent.futures import ThreadPoolExecutor
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

        def call(calls):
            return [counter.add(1) for _ in range(calls)]

        for line in sys.stdin:
            calls, threads = map(int, line.split())
            with ThreadPoolExecutor(threads) as pool:
                # Each thread has a connection of its own; the first call makes it.
                list(pool.map(call, [1] * threads))
                count = counter.add(0)
                began = time.perf_counter()
                answers = list(pool.map(call, [calls // threads] * threads)) if threads > 1 else [call(calls)]
                took = time.perf_counter() - began
            assert sorted(sum(answers, [])) == list(range(count + 1, count + calls + 1))
            print(took, flush=True)
