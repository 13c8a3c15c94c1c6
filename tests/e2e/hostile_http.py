#!/usr/bin/env python3
"""Sends an HTTP server what no client should: each must get the right status, or the connection's end, and the server
must go on. Usage: hostile_http.py HOST:PORT ID SECRET SEED"""
import base64
import os
import random
import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
key, secret, seed = sys.argv[2], sys.argv[3], int(sys.argv[4])
AUTH = f"APCA-API-KEY-ID: {key}\r\nAPCA-API-SECRET-KEY: {secret}\r\n".encode()
problems = []


def ask(data, patience=20):
    """The first line of the answer, or nothing where the connection ends without one."""
    with socket.create_connection((host, int(port)), timeout=patience) as connection:
        try:
            connection.sendall(data)
            answer = b""
            while b"\r\n" not in answer:
                part = connection.recv(4096)
                if not part:
                    break
                answer += part
        except (ConnectionResetError, BrokenPipeError):
            return ""
        return answer.split(b"\r\n")[0].decode("latin-1")


def expect(name, data, *statuses):
    line = ask(data)
    got = line.split(" ")[1] if line.startswith("HTTP/1.1 ") else "closed"
    if got not in [str(status) for status in statuses]:
        problems.append(f"{name}: {got}, expected {' or '.join(map(str, statuses))}")


def request(method, path, body=b"", headers=b""):
    start = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n".encode()
    return start + AUTH + headers + b"\r\n" + body


def post(body):
    return request("POST", "/api/v1/orders", body)


good = b'{"symbol":"AAPL","side":"buy","quantity":1,"price":"1.00"}'
expect("a good order", post(good), 201)

# Not HTTP.
expect("garbage", b"\x00\x01\x02\xff\r\n\r\n", 400)
expect("a TLS greeting", bytes.fromhex("16030100a5010000a10303") + os.urandom(60) + b"\r\n\r\n", 400, "closed")
expect("no version", b"GET /healthz\r\n\r\n", 400)
expect("a wrong version", b"GET /healthz HTTP/3.7\r\nHost: x\r\n\r\n", 400)
expect("a header without a colon", b"GET /healthz HTTP/1.1\r\nHost x\r\n\r\n", 400)
expect("a folded line", b"GET /healthz HTTP/1.1\r\nHost: x\r\n a: b\r\n\r\n", 400, 200)
expect("two lengths", b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400)
both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
expect("a length and chunks", b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\n" + both, 400)
expect("a negative length", b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400)
expect("a huge length", b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400, 413)
expect("no host", b"GET /healthz HTTP/1.1\r\n\r\n", 400)
expect("two hosts", b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400)
expect("a host that is none", b"GET /healthz HTTP/1.1\r\nHost: x/y\r\n\r\n", 400)
expect("a coding that is not taken", b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n{}", 400)
expect("a broken chunk", b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)

# Too much.
expect("a long header", request("GET", "/healthz", headers=b"X: " + b"a" * 40000 + b"\r\n"), 431)
expect("many headers", request("GET", "/healthz", headers=b"".join(b"X%d: y\r\n" % i for i in range(5000))), 431)
expect("a long target", b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431, 400)
expect("a large body", post(b"[" + b"1," * 600000 + b"1]"), 413)
expect("a large body announced", b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n" + AUTH + b"\r\n", 413)
chunks = (b"10000\r\n" + b"a" * 65536 + b"\r\n") * 32
expect("large chunks", b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\n" + AUTH + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, 413)

# JSON that is none, or not what is wanted.
for name, body in {
    "no body": b"", "truncated": good[:-5], "deep": b"[" * 100000, "deep objects": b'{"a":' * 5000,
    "not UTF-8": b'{"symbol":"\xff\xfe"}', "an overlong escape": b'{"symbol":"\\ud800"}', "twice": b'{"symbol":"A","symbol":"B"}',
    "a list": b"[]", "a number": b"7", "a wrong type": b'{"symbol":5,"side":"buy","quantity":1}',
    "an unknown field": good[:-1] + b',"x":1}', "zero": good.replace(b":1,", b":0,"), "negative": good.replace(b":1,", b":-1,"),
    "a fraction": good.replace(b":1,", b":1.5,"), "an exponent": good.replace(b":1,", b":1e3,"),
    "huge": good.replace(b":1,", b":99999999999999999999,"), "a price of too many decimals": good.replace(b"1.00", b"1.00001"),
    "a control character": good.replace(b"AAPL", b"A\\u0000B"), "a long symbol": good.replace(b"AAPL", b"A" * 5000),
    "a long client id": good[:-1] + b',"client_order_id":"' + b"x" * 200 + b'"}', "NaN": good.replace(b":1,", b":NaN,"),
}.items():
    expect("JSON " + name, post(body), 422)

# Paths that mean to be something else.
for path, statuses in {
    "/api/v1/../v1/account": [400], "/api/v1/%2e%2e/account": [400], "/api/v1/./account": [400], "//api/v1/account": [400],
    "/api/v1//account": [400], "/API/V1/ACCOUNT": [404], "/api/v1/account;x=1": [404],
    "/api/v1/account%00": [400], "/api/v1/account%0d%0aX:1": [400], "/api%2fv1%2faccount": [404],
    "/api/v1/orders/..%2f..%2faccount": [404, 422],
    "/api/v1/orders/%c0%ae%c0%ae": [400, 422], "/assets/..%2findex.html": [404], "/%2e%2e/%2e%2e/etc/passwd": [400],
    "/" + "a/" * 100: [400, 404], "/api/v1/orders/-1": [422], "/api/v1/orders/18446744073709551616": [422],
    "/api/v1/orders/0": [422, 404], "/api/v1/orders/1%20": [422], "/v2/orders/%27%20or%201=1": [404], "*": [400], "": [400],
    "http://elsewhere.example/api/v1/account": [400], "http://x/api/v1/account": [200],
    "/api/v1/account?%zz=1": [400], "/v2/stocks/../account": [400],
    "/v2/positions/%2e%2e%2faccount": [404, 422], "/api/v1/quotes/%00": [400],
}.items():
    expect(f"path {path[:40]}", request("GET", path), *statuses)

# Moments that no journal is of, and periods without end.
for query in ("start=1678-01-01", "period=999999999D", "period=-1D", "period=D", "period=1Y", "timeframe=1Sec",
              "start=1970-01-01&timeframe=1Min", "start=2261-12-31", "period=1D&start=2026-01-01&end=2026-01-02", "pnl_reset=x",
              "cashflow_types=ALL", "extended_hours=maybe", "intraday_reporting=x"):
    expect(f"history {query}", request("GET", f"/v2/account/portfolio/history?{query}"), 422)
for query in ("start=1678-01-01", "limit=0", "limit=10001", "page_token=x", "page_token=AAPL.-1", "sort=up", "start=soon"):
    expect(f"quotes {query}", request("GET", f"/v2/stocks/AAPL/quotes?{query}"), 422)

# WebSockets.
nonce = base64.b64encode(os.urandom(16))
upgrade = b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
expect("no upgrade", request("GET", "/api/v1/stream"), 426)
asked = b"\r\nSec-WebSocket-Key: " + nonce + b"\r\n\r\n"
expect("an upgrade of a wrong version", upgrade + b"Sec-WebSocket-Version: 7" + asked, 400, 426, "closed")
for name, frame in {
    "unmasked": b"\x81\x02hi", "a reserved bit": b"\xf1\x80\x00\x00\x00\x00",
    "a huge frame": b"\x81\xff" + b"\x7f" * 8 + b"\0" * 4,
    "a long ping": b"\x89\xfe\x01\x00" + b"\0" * 260, "not UTF-8": b"\x81\x82\0\0\0\0\xff\xff", "an unknown opcode": b"\x83\x80\0\0\0\0",
    "a continuation of nothing": b"\x80\x80\0\0\0\0",
}.items():
    expect("WebSocket " + name, upgrade + b"Sec-WebSocket-Version: 13" + asked + frame, 101)

# Random damage to a good request, and connections that end in the middle.
chance = random.Random(seed)
base = post(good)
for _ in range(150):
    damaged = bytearray(base)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        try:
            connection.sendall(damaged[: chance.randint(1, len(damaged))])
            if chance.random() < 0.5:
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
        except OSError:
            pass

expect("a good request at the end", request("GET", "/api/v1/account"), 200)
for problem in problems:
    print(problem)
print(f"seed {seed}: {len(problems)} problem(s)")
sys.exit(1 if problems else 0)
