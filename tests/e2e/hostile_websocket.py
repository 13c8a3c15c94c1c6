#!/usr/bin/env python3
"""Speaks WebSocket as no client should: each way must end with the right close code, or an error, and the server goes on.
Usage: hostile_websocket.py HOST:PORT ID SECRET"""
import base64
import json
import os
import socket
import struct
import sys

host, port = sys.argv[1].rsplit(":", 1)
key, secret = sys.argv[2:4]
problems = []


class Client:
    def __init__(self, path="/api/v1/stream", signed_in=True):
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        nonce = base64.b64encode(os.urandom(16)).decode()
        auth = f"Authorization: Bearer {key}:{secret}\r\n" if signed_in else ""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{auth}"
                            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {nonce}\r\n\r\n".encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            part = self.socket.recv(4096)
            if not part:
                raise OSError("no upgrade")
            self.rest += part
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise OSError(head.split(b"\r\n")[0].decode())

    def send(self, data):
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def text(self, text):
        return self.send(frame(1, text.encode() if isinstance(text, str) else text))

    def receive(self):
        """The next frame as (opcode, payload); nothing at the connection's end."""
        def take(count):
            while len(self.rest) < count:
                part = self.socket.recv(65536)
                if not part:
                    raise EOFError
                self.rest += part
            taken, self.rest = self.rest[:count], self.rest[count:]
            return taken
        try:
            first, second = take(2)
            size = second & 127
            if size == 126:
                size = struct.unpack(">H", take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", take(8))[0]
            return first & 15, take(size)
        except (EOFError, ConnectionResetError):
            return None

    def close_code(self):
        """Of the close frame that comes, whatever comes before it; 0 where the connection ends without one."""
        while (got := self.receive()) is not None:
            if got[0] == 8:
                return struct.unpack(">H", got[1][:2])[0] if len(got[1]) >= 2 else 1005
        return 0

    def until(self, wanted):
        """The first message that is as wanted. A long one comes in several frames."""
        text = b""
        while (got := self.receive()) is not None and got[0] != 8:
            if got[0] > 2:
                continue
            text += got[1]
            try:
                messages = json.loads(text)
            except json.JSONDecodeError:
                continue
            text = b""
            for message in messages if isinstance(messages, list) else [messages]:
                if wanted(message):
                    return message
        return None


def frame(opcode, payload=b"", last=True, masked=True, reserved=0):
    first = (0x80 if last else 0) | reserved << 4 | opcode
    size = len(payload)
    mark = 0x80 if masked else 0
    if size < 126:
        head = struct.pack(">BB", first, mark | size)
    elif size < 65536:
        head = struct.pack(">BBH", first, mark | 126, size)
    else:
        head = struct.pack(">BBQ", first, mark | 127, size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def expect_close(name, data, *codes, path="/api/v1/stream"):
    client = Client(path)
    for part in data if isinstance(data, list) else [data]:
        if not client.send(part):
            break
    got = client.close_code()
    if got not in codes:
        problems.append(f"{name}: closed with {got}, expected {' or '.join(map(str, codes))}")


for path in ("/api/v1/stream", "/stream", "/v2/iex"):
    expect_close(f"unmasked at {path}", frame(1, b"{}", masked=False), 1002, path=path)
    expect_close(f"a message beyond 64 KiB at {path}", frame(1, b" " * 70_000), 1009, path=path)
    expect_close(f"bad UTF-8 at {path}", frame(1, b"\xff\xfe"), 1007, path=path)
expect_close("a reserved bit", frame(1, b"{}", reserved=4), 1002)
expect_close("an unknown opcode", frame(3), 1002)
expect_close("an unknown control opcode", frame(11), 1002)
expect_close("a long ping", frame(9, b"x" * 126), 1002)
expect_close("a ping in parts", frame(9, b"x", last=False), 1002)
expect_close("a continuation of nothing", frame(0, b"x"), 1002)
expect_close("a message within a message", frame(1, b"{", last=False) + frame(1, b"}"), 1002)
expect_close("a frame announced as beyond all bounds", b"\x81\xff" + struct.pack(">Q", 1 << 62) + b"mask", 1002, 1009)
expect_close("a length with its highest bit set", b"\x81\xff" + struct.pack(">Q", 1 << 63) + b"mask", 1002, 1009)
expect_close("a short length written long", b"\x81\xfe" + struct.pack(">H", 5) + b"mask", 1002)
expect_close("bad UTF-8 over two frames", frame(1, b"\xc3", last=False) + frame(0, b"("), 1007)
expect_close("a cut character at the end", frame(1, b'"\xe2\x82'), 1007)
expect_close("fragments without end", [frame(1, b"[", last=False)] + [frame(0, b"1," * 500, last=False)] * 200, 1009)
expect_close("a close code that is none", frame(8, struct.pack(">H", 999)), 1002)
expect_close("a close frame of one byte", frame(8, b"x"), 1002)
expect_close("binary where text is spoken", frame(2, b"{}"), 1003)
expect_close("more messages than anyone needs", frame(1, b'{"action":"ping"}') * 5_000, 1008)
# Who goes on after the close frame is cut off, which may take the frame along: the reset overtakes it.
cut_off = 0
expect_close("a flood of pings", [frame(9, b"x") * 1_000] * 20, 1008, cut_off)
expect_close("a message in more parts than anyone needs", frame(1, b"[", last=False) + frame(0, b" ", last=False) * 5_000, 1008)
for path in ("/api/v1/stream", "/stream", "/v2/iex"):
    expect_close(f"parts without end that have nothing in them at {path}",
                 [frame(1, last=False)] + [frame(0, last=False) * 1_000] * 20, 1008, cut_off, path=path)
expect_close("a flood of pongs", [frame(10, b"x") * 1_000] * 20, 1008, cut_off)

# Subscriptions without end: an error that says so, and the connection stands.
client = Client()
for start in range(0, 3_000, 500):
    client.text(json.dumps({"action": "subscribe", "symbols": [f"S{number}" for number in range(start, start + 500)]}))
if client.until(lambda message: message.get("code") == "too_many_symbols") is None:
    problems.append("3,000 symbols on one connection were not refused")
client.text('{"action":"ping"}')
if client.until(lambda message: message.get("type") == "pong") is None:
    problems.append("after too many symbols the connection does not answer")
client = Client("/v2/iex", signed_in=False)
client.text(json.dumps({"action": "auth", "key": key, "secret": secret}))
client.text(json.dumps({"action": "subscribe", "trades": [f"S{number}" for number in range(3_000)]}))
if client.until(lambda message: message.get("code") == 405) is None:
    problems.append("3,000 symbols on one data stream were not refused")

# Many that say nothing, and many that go without a word.
silent = [Client() for _ in range(200)]
for client in silent[::2]:
    client.socket.close()
client = Client()
client.text('{"action":"subscribe","symbols":["AAPL"]}')
if client.until(lambda message: message.get("type") == "quote") is None:
    problems.append("a good client gets no quote")
for problem in problems:
    print(problem)
print(f"WebSocket: {len(problems)} problem(s)")
sys.exit(1 if problems else 0)
