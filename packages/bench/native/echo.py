"""Ping-pong between two processes over multiprocessing.Pipe.

Reads one order a line, "BYTES COUNT WINDOW": sends so many bytes to the other process and back, COUNT times, WINDOW of
them under way at once, which the socket must hold, and answers with the nanoseconds that all of it took.
"""

import multiprocessing
import sys
import time


def echo(connection):
    while True:
        try:
            connection.send_bytes(connection.recv_bytes())
        except EOFError:
            return


def main():
    near, far = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    context.Process(target=echo, args=(far,), daemon=True).start()
    far.close()
    for line in sys.stdin:
        size, count, window = map(int, line.split())
        payload = bytes(size)
        start = time.monotonic_ns()
        sent = 0
        for got in range(count):
            while sent < min(count, got + window):
                near.send_bytes(payload)
                sent += 1
            near.recv_bytes()
        print(time.monotonic_ns() - start, flush=True)


if __name__ == "__main__":
    main()
