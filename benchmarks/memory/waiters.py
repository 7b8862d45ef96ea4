"""Waiters of Python. Answers each line of stdin, such as `lock 64 2000`, with its milliseconds and its processor time."""
import multiprocessing
import os
import sys
import time

mp = multiprocessing.get_context("fork")
READY, DONE, STOP = 0, 1, 2


def add(shared, word):
    with shared["words"].get_lock():
        shared["words"][word] += 1
        return shared["words"][word]


def count(shared, total):
    if add(shared, DONE) == total:
        shared["finished"].release()


def put(shared, times, total, index):
    add(shared, READY)
    for i in range(times):
        shared["bounded"].put(index * 100_000 + i)


def get(shared, times, total, index):
    add(shared, READY)
    while (value := shared["jobs"].get()) != -1:
        shared["answers"].put(value)


def hold(shared, lock, times, total):
    add(shared, READY)
    for i in range(times):
        with lock:
            shared["plain"][0] += 1
            last = shared["plain"][0] == total
        if last:
            shared["finished"].release()


def hold_counted(shared, lock, times, total):
    add(shared, READY)
    for i in range(times):
        with lock:
            count(shared, total)


def lock(shared, times, total, index):
    hold(shared, shared["lock"], times, total)


def semaphore(shared, times, total, index):
    hold_counted(shared, shared["semaphore"], times, total)


def condition(shared, times, total, index):
    with shared["condition"]:
        add(shared, READY)
        while True:
            shared["condition"].wait()
            if shared["words"][STOP]:
                break
            shared["answers"].put(1)


def event(shared, times, total, index):
    for i in range(times):
        add(shared, READY)
        shared["events"][i % 2].wait()
        count(shared, total // times * (i + 1))


def join(shared, times, total, index):
    for i in range(times):
        add(shared, READY)
        shared["joinables"][i % 2].join()
        count(shared, total // times * (i + 1))


def barrier(shared, times, total, index):
    for i in range(times):
        add(shared, READY)
        shared["barriers"][total // times].wait()
        count(shared, total // times * (i + 1))


works = {f.__name__: f for f in (put, get, lock, semaphore, condition, event, join, barrier)}


def wait(index, control, shared):
    while (order := control.recv()) != "end":
        work, times, total = order
        works[work](shared, times, total, index)
        shared["ended"].put(index)


def settle(shared, ready):
    while shared["words"][READY] < ready:
        time.sleep(0.002)
    time.sleep(0.02)


def cpu(pids):
    total = 0
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
    return total / 1e6


def begin(queue, unfinished):
    """Gives a queue a value that is not finished, unless it has one."""
    if not unfinished[queue]:
        queue.put(1)
        queue.get()
        unfinished[queue] = True


def run(work, n, total, shared, controls, pids, unfinished):
    words = shared["words"]
    words[READY] = words[DONE] = words[STOP] = 0
    shared["plain"][0] = 0
    for event in shared["events"]:
        event.clear()
    for queue in shared["joinables"]:
        begin(queue, unfinished)
    times = total // n
    if work == "lock":
        shared["lock"].acquire()
    if work == "semaphore":
        shared["semaphore"].acquire()
        shared["semaphore"].acquire()
    for control in controls[:n]:
        control.send((work, times, total))
    settle(shared, n)
    before = cpu(pids)
    began = time.perf_counter()
    took = None
    if work == "put":
        sum = 0
        for _ in range(total):
            sum += shared["bounded"].get()
        assert sum == total // n * 100_000 * n * (n - 1) // 2 + n * times * (times - 1) // 2
    elif work == "get":
        for i in range(total):
            shared["jobs"].put(i)
            assert shared["answers"].get() == i
    elif work == "condition":
        for i in range(total):
            with shared["condition"]:
                shared["condition"].notify()
            assert shared["answers"].get() == 1
    elif work in ("lock", "semaphore"):
        shared[work].release()
        if work == "semaphore":
            shared[work].release()
        shared["finished"].acquire()
    else:
        took = 0
        for i in range(times):
            if i > 0:
                settle(shared, n * (i + 1))
                shared["events"][(i + 1) % 2].clear()
                begin(shared["joinables"][(i + 1) % 2], unfinished)
            began = time.perf_counter()
            if work == "event":
                shared["events"][i % 2].set()
            elif work == "join":
                unfinished[shared["joinables"][i % 2]] = False
                shared["joinables"][i % 2].task_done()
            else:
                shared["barriers"][n].wait()
            shared["finished"].acquire()
            took += time.perf_counter() - began
    if took is None:
        took = time.perf_counter() - began
    spent = cpu(pids) - before
    if work == "get":
        for _ in range(n):
            shared["jobs"].put(-1)
    if work == "condition":
        words[STOP] = 1
        with shared["condition"]:
            shared["condition"].notify_all()
    for _ in range(n):
        shared["ended"].get()
    return took * 1000, spent


if __name__ == "__main__":
    counts = [int(n) for n in sys.argv[1].split(",")]
    shared = {
        "bounded": mp.Queue(50), "jobs": mp.SimpleQueue(), "answers": mp.SimpleQueue(), "ended": mp.SimpleQueue(),
        "lock": mp.Lock(), "semaphore": mp.Semaphore(2), "condition": mp.Condition(), "finished": mp.Semaphore(0),
        "joinables": [mp.JoinableQueue(), mp.JoinableQueue()],
        "events": [mp.Event(), mp.Event()], "barriers": {n: mp.Barrier(n + 1) for n in counts},
        "words": mp.Array("i", 8), "plain": mp.Array("i", 1, lock=False),
    }
    controls, children = [], []
    unfinished = {queue: False for queue in shared["joinables"]}
    for i in range(max(counts)):
        mine, theirs = mp.Pipe()
        children.append(mp.Process(target=wait, args=(i, theirs, shared), daemon=True))
        children[-1].start()
        controls.append(mine)
    print("started", flush=True)
    pids = [os.getpid(), *(child.pid for child in children)]
    for line in sys.stdin:
        work, n, total = line.split()
        took, spent = run(work, int(n), int(total), shared, controls, [pids[0], *pids[1:int(n) + 1]], unfinished)
        print(took, spent, flush=True)
    for control in controls:
        control.send("end")
    for child in children:
        child.join()
