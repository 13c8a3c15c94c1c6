#!/usr/bin/env python3
"""A client of a stream that reads nothing until it is told to, and what it then still gets. Usage: slow_reader.py HOST:PORT
PATH MESSAGE... : says the messages, writes "ready" when the first answer to the last of them is in, waits for a line on its
input, then writes every text that comes, a line each, until the server ends the connection."""
import base64
import os
import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
connection = socket.socket()
# Whatever is more than a little waits at the other end.
connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
connection.settimeout(60)
connection.connect((host, int(port)))
connection.sendall(f"GET {sys.argv[2]} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\n".encode() +
                   b"Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)) + b"\r\n\r\n")
got = connection.makefile("rb")
while got.readline() != b"\r\n":
    pass


def say(text):
    payload = text.encode()
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0xFE]) + len(payload).to_bytes(2, "big")
    connection.sendall(b"\x81" + length + b"\0\0\0\0" + payload)


def receive():
    """The next text; none: the server has ended the connection."""
    head = got.read(2)
    if len(head) < 2 or head[0] & 0x0F == 8:
        return None
    length = head[1]
    if length >= 126:
        length = int.from_bytes(got.read(2 if length == 126 else 8), "big")
    return got.read(length).decode()


for message in sys.argv[3:]:
    say(message)
    receive()
print("ready", flush=True)
sys.stdin.readline()
try:
    while (text := receive()) is not None:
        print(text)
except ConnectionResetError:
    pass
