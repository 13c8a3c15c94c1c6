#!/usr/bin/env python3
"""Loads a running gateway and prints one JSON object. The market's account needs money, or shares to sell, for every order.

  gateway_load.py orders URL KEY:SECRET SYMBOL [--rate N] [--seconds S] [--connections C]
      POST /api/v1/orders at a steady rate, whatever the answers do (open loop): latency counts from when an order was due.
  gateway_load.py stream URL KEY:SECRET SYMBOLS... [--clients N] [--updates N] [--seconds S]
      N clients on /api/v1/stream, each with one of the symbols, whose quotes are moved so often that all clients together get
      so many updates a second. Latency is from the quote's own timestamp to its arrival; both clocks are this machine's.
"""
import argparse
import base64
import datetime
import heapq
import json
import os
import resource
import selectors
import socket
import sys
import time
import urllib.parse


def percentiles(values):
    values = sorted(values)
    if not values:
        return {}
    return {name: round(values[min(len(values) - 1, int(len(values) * part))] * 1000, 3)
            for name, part in (("p50", .5), ("p90", .9), ("p99", .99), ("p999", .999), ("max", 1))}


def connect(url):
    made = socket.create_connection((url.hostname, url.port), timeout=30)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def order_text(auth, symbol, number):
    side, price = ("buy", "1.00") if number % 2 == 0 else ("sell", "900.00")
    body = f'{{"symbol":"{symbol}","side":"{side}","quantity":1,"price":"{price}"}}'
    return f"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def load_orders(arguments, url, auth):
    selector = selectors.DefaultSelector()
    free = []
    for _ in range(arguments.connections):
        connection = connect(url)
        connection.setblocking(False)
        state = {"socket": connection, "due": None, "data": b""}
        selector.register(connection, selectors.EVENT_READ, state)
        free.append(state)
    total = arguments.rate * arguments.seconds
    latencies, statuses = [], {}
    begun = time.monotonic() + 0.2
    sent = 0
    while len(latencies) < total:
        now = time.monotonic()
        while sent < total and free and begun + sent / arguments.rate <= now:
            state = free.pop()
            state["due"] = begun + sent / arguments.rate
            state["socket"].sendall(order_text(auth, arguments.symbols[0], sent))
            sent += 1
        wait = begun + sent / arguments.rate - time.monotonic() if sent < total and free else 1
        for key, _ in selector.select(max(0, min(wait, 1))):
            state = key.data
            part = state["socket"].recv(65536)
            if not part:
                sys.exit("the gateway closed a connection")
            state["data"] += part
            head_end = state["data"].find(b"\r\n\r\n")
            if head_end < 0:
                continue
            head = state["data"][:head_end].decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            if len(state["data"]) < head_end + 4 + length:
                continue
            status = head.split(" ")[1]
            statuses[status] = statuses.get(status, 0) + 1
            latencies.append(time.monotonic() - state["due"])
            state["data"] = b""
            free.append(state)
        if time.monotonic() > begun + arguments.seconds * 4 + 30:
            sys.exit(f"only {len(latencies)} of {total} orders were answered")
    seconds = time.monotonic() - begun
    return {"orders": total, "seconds": round(seconds, 2), "orders_per_second": round(total / seconds), "statuses": statuses,
            "latency_ms": percentiles(latencies)}


def text_frame(text):
    data = text.encode()
    head = bytes([0x81, 0x80 | len(data)]) if len(data) < 126 else bytes([0x81, 0xfe]) + len(data).to_bytes(2, "big")
    return head + b"\0\0\0\0" + data


def frames_of(data):
    """The payloads of the whole frames, and what is left."""
    payloads, at = [], 0
    while len(data) - at >= 2:
        size, begins = data[at + 1] & 127, at + 2
        if size == 126:
            size, begins = int.from_bytes(data[at + 2:at + 4], "big"), at + 4
        elif size == 127:
            size, begins = int.from_bytes(data[at + 2:at + 10], "big"), at + 10
        if len(data) < begins + size:
            break
        payloads.append(data[begins:begins + size])
        at = begins + size
    return payloads, data[at:]


def load_stream(arguments, url, auth):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    selector = selectors.DefaultSelector()
    nonce = base64.b64encode(os.urandom(16)).decode()
    for number in range(arguments.clients):
        connection = connect(url)
        symbol = arguments.symbols[number % len(arguments.symbols)]
        connection.sendall((f"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{auth}"
                            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {nonce}\r\n\r\n").encode())
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, {"data": b"", "upgraded": False, "symbol": symbol})
    mover = connect(url)
    mover.setblocking(False)
    selector.register(mover, selectors.EVENT_READ, None)
    # One order moves the quote of one symbol, which so many clients are told of.
    rate = arguments.updates / (arguments.clients / len(arguments.symbols))
    latencies, ready, moved, due = [], 0, 0, []
    begun = None
    deadline = time.monotonic() + 60 + arguments.seconds
    while True:
        now = time.monotonic()
        if now > deadline:
            sys.exit(f"only {ready} clients were told a first quote")
        if begun is None and ready == arguments.clients:
            begun = now + 0.5
            heapq.heappush(due, begun)
        if begun is not None and now > begun + arguments.seconds + 1:
            break
        while due and due[0] <= now and now < begun + arguments.seconds:
            heapq.heappop(due)
            price = f"{10 + moved % 400}.{moved // 400 % 100:02}"
            symbol = arguments.symbols[moved % len(arguments.symbols)]
            body = f'{{"symbol":"{symbol}","side":"buy","quantity":1,"price":"{price}"}}'
            mover.sendall(f"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            moved += 1
            heapq.heappush(due, begun + moved / rate)
        wait = due[0] - now if due else 0.2
        for key, _ in selector.select(max(0, min(wait, 0.2))):
            part = key.fileobj.recv(65536)
            arrived = time.time()
            if not part:
                sys.exit("the gateway closed a connection")
            state = key.data
            if state is None:
                continue
            state["data"] += part
            if not state["upgraded"]:
                head_end = state["data"].find(b"\r\n\r\n")
                if head_end < 0:
                    continue
                state["data"], state["upgraded"] = state["data"][head_end + 4:], True
                key.fileobj.sendall(text_frame(json.dumps({"action": "subscribe", "symbols": [state["symbol"]]})))
            payloads, state["data"] = frames_of(state["data"])
            for payload in payloads:
                if payload.startswith(b'{"type":"quote_update"'):
                    stamp = json.loads(payload)["data"]["timestamp"]
                    whole = datetime.datetime.fromisoformat(stamp[:19] + "+00:00").timestamp()
                    latencies.append(arrived - whole - int(stamp[20:29]) / 1e9)
                elif payload.startswith(b'{"type":"quote"'):
                    ready += 1
    return {"clients": arguments.clients, "symbols": len(arguments.symbols), "moves": moved, "updates": len(latencies),
            "updates_per_second": round(len(latencies) / arguments.seconds), "latency_ms": percentiles(latencies)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=("orders", "stream"))
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("symbols", nargs="+")
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--updates", type=int, default=1_000)
    arguments = parser.parse_args()
    url = urllib.parse.urlparse(arguments.url)
    auth = f"Authorization: Bearer {arguments.key}\r\n"
    print(json.dumps((load_orders if arguments.mode == "orders" else load_stream)(arguments, url, auth)))


main()
