"""Does what each line of stdin says, such as `queue 40000`, and answers with the milliseconds that it took."""
import multiprocessing
import sys
import time
import timeit

held = multiprocessing.Lock()


def pair():
    held.acquire()
    held.release()


def lock(times):
    return timeit.timeit(pair, number=times) * 1000


def bare_lock(times):
    return timeit.timeit("held.acquire(); held.release()", number=times, globals=globals()) * 1000


def consume(queue, answers):
    while True:
        count = 0
        total = 0
        while (value := queue.get()) is not None:
            if value == "end":
                return
            count += 1
            total += value["id"]
        answers.put((count, total))


def queue(times):
    began = time.perf_counter()
    for i in range(times):
        jobs.put({"id": i, "name": "worker", "args": [1, 2, 3]})
    jobs.put(None)
    assert answers.get() == (times, times * (times - 1) // 2)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    jobs, answers = multiprocessing.Queue(), multiprocessing.Queue()
    multiprocessing.Process(target=consume, args=(jobs, answers), daemon=True).start()
    for line in sys.stdin:
        work, times = line.split()
        print({"lock": lock, "bare_lock": bare_lock, "queue": queue}[work](int(times)), flush=True)
    jobs.put("end")
