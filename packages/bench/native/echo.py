"""Sends messages to another process and back over multiprocessing.Pipe.

Reads one command a line, "BYTES COUNT WINDOW". Sends COUNT messages of so many bytes to the other process and back, WINDOW
of them in flight at once, and answers with the nanoseconds for all of them. The socket must hold the messages in flight.
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
