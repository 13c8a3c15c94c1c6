#!/usr/bin/env python3
"""Clients that are slow on purpose: who sends a request byte by byte, who reads no answer, and who reads no stream. The
server must let go of them in time, and answer others meanwhile. Usage: slow_clients.py HOST:PORT ID SECRET"""
import base64
import json
import os
import socket
import sys
import threading
import time
import urllib.request

host, port = sys.argv[1].rsplit(":", 1)
key, secret = sys.argv[2:4]
AUTH = f"Authorization: Bearer {key}:{secret}\r\n".encode()
problems = []


def connect(receive_bytes=None):
    made = socket.socket()
    if receive_bytes:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    made.settimeout(90)
    made.connect((host, int(port)))
    return made


def wait_for_end(connection, begun, name, seconds_max):
    """Reads until the server ends the connection, which it must within that time of `begun`."""
    connection.settimeout(max(1, begun + seconds_max - time.monotonic()))
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except OSError as error:
        problems.append(f"{name}: not let go of after {time.monotonic() - begun:.0f} s ({error})")


def drip(head, name):
    """A byte a second, for as long as it is taken."""
    begun = time.monotonic()
    connection = connect()
    try:
        for byte in head:
            connection.sendall(bytes([byte]))
            connection.settimeout(1)
            try:
                if not connection.recv(4096):
                    break
            except TimeoutError:
                pass
            if time.monotonic() - begun > 30:
                problems.append(f"{name}: still taken after 30 s")
                break
    except (BrokenPipeError, ConnectionResetError):
        pass
    taken = time.monotonic() - begun
    if taken < 5:
        problems.append(f"{name}: ended after {taken:.1f} s already")


def read_nothing():
    """Asks again and again for much, and reads no answer."""
    begun = time.monotonic()
    connection = connect(4096)
    request = b"GET /api/v1/orders?limit=1000 HTTP/1.1\r\nHost: x\r\n" + AUTH + b"\r\n"
    connection.settimeout(40)
    try:
        for _ in range(2_000):
            connection.sendall(request)
    except OSError:
        pass
    # What the server could hand to the system is read afterwards; by then it has closed the connection.
    time.sleep(max(0, begun + 45 - time.monotonic()))
    wait_for_end(connection, begun, "a client that reads no answer", 80)


def read_no_stream():
    """Has itself told much by a stream, and reads nothing of it."""
    begun = time.monotonic()
    connection = connect(4096)
    nonce = base64.b64encode(os.urandom(16))
    connection.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + AUTH +
                       b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + nonce + b"\r\n\r\n")
    wish = json.dumps({"action": "subscribe", "symbols": ["AAPL"], "channels": ["orders", "depth", "trades"]}).encode()
    message = bytes([0x81, 0x80 | len(wish)]) + b"\0\0\0\0" + wish
    try:
        # Not at once: orders that are asked for again before they have come are sent once.
        for _ in range(200):
            connection.sendall(message)
            time.sleep(0.03)
    except OSError:
        pass
    # Silent for long enough that the first thing read is what the server said at the end.
    time.sleep(max(0, begun + 40 - time.monotonic()))
    wait_for_end(connection, begun, "a client that reads no stream", 80)


def quickest_answer():
    begun = time.monotonic()
    with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=20) as answer:
        answer.read()
    return time.monotonic() - begun


# Something to list.
order = json.dumps({"symbol": "AAPL", "side": "buy", "quantity": 1, "price": "1.00"}).encode()
for _ in range(200):
    placing = urllib.request.Request(f"http://{host}:{port}/api/v1/orders", data=order,
                                     headers={"Authorization": f"Bearer {key}:{secret}"})
    urllib.request.urlopen(placing, timeout=20).read()

head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 100
body = b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n" + AUTH
slow = [threading.Thread(target=drip, args=(head, "a head byte by byte")) for _ in range(60)]
slow += [threading.Thread(target=drip, args=(body, "a body that is long in coming")) for _ in range(20)]
slow += [threading.Thread(target=read_nothing) for _ in range(10)]
slow += [threading.Thread(target=read_no_stream) for _ in range(3)]
for thread in slow:
    thread.start()
longest = 0
while any(thread.is_alive() for thread in slow):
    longest = max(longest, quickest_answer())
    time.sleep(0.2)
if longest > 5:
    problems.append(f"meanwhile others waited for up to {longest:.1f} s")
for problem in problems:
    print(problem)
print(f"slow clients: {len(problems)} problem(s); others waited {longest * 1000:.0f} ms at most")
sys.exit(1 if problems else 0)
