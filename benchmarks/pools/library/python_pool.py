# Python's Pool on the same questions: reads them one a line, answers with milliseconds.
import json
import sys
import time
from multiprocessing import Pool


def increment(x):
    return x + 1


if __name__ == "__main__":
    with Pool(int(sys.argv[1])) as pool:
        pool.map(increment, range(1000))
        for line in sys.stdin:
            question = json.loads(line)
            items = list(range(question["n"]))
            began = time.perf_counter()
            results = pool.map(increment, items)
            took = (time.perf_counter() - began) * 1000
            assert results[-1] == question["n"] and len(results) == question["n"]
            print(json.dumps(took), flush=True)
