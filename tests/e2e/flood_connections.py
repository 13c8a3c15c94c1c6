#!/usr/bin/env python3
"""Connects to a port again and again, and never proves anything: some connections say nothing, some greet as
ZeroMQ does and stop there, some greet and go on with garbage instead of a handshake.

Usage: flood_connections.py PORT COUNT. Holds as many connections open as it can, up to 500 at a time. Prints
how many it made, and ends.
"""
import os
import random
import socket
import sys

HELD_MAX = 500
GREETING = b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0CURVE" + b"\0" * 15 + b"\0" * 32
assert len(GREETING) == 64


def connect(connection, port):
    try:
        connection.connect(("127.0.0.1", port))
    except ConnectionResetError:
        # It was made, and hung up on before this was told so.
        pass


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}", file=sys.stderr)
    choices = random.Random(seed)
    held = []
    made = 0
    for _ in range(count):
        connection = socket.socket()
        connection.settimeout(2)
        try:
            connect(connection, port)
            made += 1
            kind = choices.randrange(3)
            if kind > 0:
                connection.sendall(GREETING)
            if kind > 1:
                # A command frame of the length of a HELLO, then noise.
                connection.sendall(b"\x04\xc8" + choices.randbytes(200))
            held.append(connection)
        except OSError:
            connection.close()
        if len(held) > HELD_MAX:
            held.pop(choices.randrange(len(held))).close()
    print(made)


main()
