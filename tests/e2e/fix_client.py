"""A small FIX client on a raw socket, for tests: what it sends is written out field by field."""
import datetime
import socket
import time

SOH = "\x01"


def encode(version, fields):
    """Whole message of (tag, value) pairs from 35 on, with BodyLength and CheckSum."""
    body = "".join(f"{tag}={value}{SOH}" for tag, value in fields)
    head = f"8={version}{SOH}9={len(body)}{SOH}"
    total = sum((head + body).encode()) % 256
    return (head + body + f"10={total:03d}{SOH}").encode()


def now(seconds=0):
    """SendingTime, so many seconds from now."""
    moment = datetime.datetime.utcnow() + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


class Client:
    def __init__(self, port, comp_id, password, version="FIX.4.4", target="TRADE"):
        self.version, self.comp_id, self.target, self.password = version, comp_id, target, password
        self.port, self.sequence = port, 1
        self.connect()

    def connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.buffer = b""

    def send(self, kind, *fields, sequence=None, extra=()):
        if sequence is None:
            sequence = self.sequence
            self.sequence += 1
        self.socket.sendall(encode(self.version, [(35, kind), (49, self.comp_id), (56, self.target), (34, sequence),
                                                  *extra, (52, now()), *fields]))

    def message(self, kind, *fields, sequence=None, extra=(), sender=None, target=None, version=None, time=None):
        """The bytes of a whole message, as `send` sends them."""
        if sequence is None:
            sequence = self.sequence
            self.sequence += 1
        return encode(version or self.version,
                      [(35, kind), (49, sender or self.comp_id), (56, target or self.target), (34, sequence), *extra,
                       (52, time or now()), *fields])

    def send_bytes(self, data):
        self.socket.sendall(data)

    def receive(self, timeout=10):
        """The next message as a dictionary of its fields (and `raw`); None at the end of the line."""
        self.socket.settimeout(timeout)
        while True:
            end = self.buffer.find(b"\x0110=")
            stop = self.buffer.find(b"\x01", end + 1) if end >= 0 else -1
            if stop >= 0:
                raw, self.buffer = self.buffer[:stop + 1], self.buffer[stop + 1:]
                message = {int(t): v for t, v in (p.split("=", 1) for p in raw.decode().split(SOH) if p)}
                message["raw"] = raw
                return message
            part = self.socket.recv(65536)
            if not part:
                return None
            self.buffer += part

    def expect(self, kind, timeout=10, **wanted):
        """The next message of this type; heartbeats are passed over. `wanted`: t39="0" and the like."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.receive(max(0.1, deadline - time.monotonic()))
            if message is None:
                raise AssertionError(f"the line ended, expected {kind}")
            if message[35] == "0" and kind != "0":
                continue
            if message[35] != kind:
                raise AssertionError(f"got {message}, expected {kind}")
            for name, value in wanted.items():
                if message.get(int(name[1:])) != value:
                    raise AssertionError(f"tag {name[1:]} is {message.get(int(name[1:]))}, expected {value}: {message}")
            return message

    def expect_end(self, timeout=10):
        """The line ends; what comes before that is returned."""
        seen = []
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = self.receive(max(0.1, deadline - time.monotonic()))
            except ConnectionResetError:
                return seen
            if message is None:
                return seen
            seen.append(message)

    def expect_alive(self):
        """The session goes on, and nothing was said meanwhile."""
        mark = f"alive-{self.sequence}"
        self.send("1", (112, mark))
        self.expect("0", t112=mark)

    def log_out(self):
        self.send("5")
        self.expect("5")
        self.expect_end()

    def log_on(self, *fields, heartbeat=30):
        self.send("A", (98, 0), (108, heartbeat), *fields, (554, self.password))

    def order(self, client_order_id, side, quantity, *fields, symbol="AAPL", extra=()):
        self.send("D", (11, client_order_id), (21, 1), (55, symbol), (54, side), (60, now()), (38, quantity), *fields,
                  extra=extra)
