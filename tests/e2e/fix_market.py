"""Market data, security and session status against a running fixd: fix_market.py PORT PASSWORD CASE."""
import json
import os
import signal
import socket
import subprocess
import sys
import time

from fix_client import Client, now

port, password, case = int(sys.argv[1]), sys.argv[2], sys.argv[3]
trade = os.path.join(os.environ["TRADE_BIN"], "trade")


def cli(*words):
    done = subprocess.run([trade, "--json", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    assert done.returncode == 0, (words, done.stderr)


class Narrow(Client):
    """Its socket takes little that is not read."""

    def connect(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.socket.connect(("127.0.0.1", self.port))
        self.buffer = b""


def logged_on(version="FIX.4.4", comp_id="BUYSIDE", kind=Client):
    client = kind(port, comp_id, password, version)
    client.log_on((141, "Y"))
    client.expect("A")
    return client


def until(client, wanted, timeout=15):
    """The first message for which `wanted` is true; those before it are passed over."""
    deadline = time.monotonic() + timeout
    while True:
        message = client.receive(max(0.1, deadline - time.monotonic()))
        assert message is not None, "the line ended"
        if wanted(message):
            return message


def answer(client, kind, **tags):
    """The next message that is no heartbeat, which must be this."""
    return client.expect(kind, 15, **tags)


def entries(message, first=269):
    """The entries of a market data message, as dictionaries of their fields."""
    found = []
    pairs = [part.split("=", 1) for part in message["raw"].decode().split("\x01") if part]
    tags = [int(tag) for tag, _ in pairs]
    inside = False
    for tag, value in ((int(tag), value) for tag, value in pairs):
        if tag == 268:
            inside = True
            continue
        if tag == 10 or not inside:
            continue
        if tag == first:
            found.append({})
        found[-1][tag] = value
    assert 268 in tags and len(found) == int(message[268]), message
    return found


def market_data(client, name, kind, types, depth=5, update=1, symbols=("AAPL",), *fields):
    extra = [(265, update)] if update is not None else []
    client.send("V", (262, name), (263, kind), (264, depth), *extra, *fields, (267, len(types)),
                *[(269, entry) for entry in types], (146, len(symbols)), *[(55, symbol) for symbol in symbols])


def snapshot():
    # Bob offers 90 at 150.50 after a trade of 10, Alice bids 60 at 149.50.
    for version, comp_id in (("FIX.4.4", "BUYSIDE"), ("FIX.4.2", "OLDSIDE")):
        client = logged_on(version, comp_id)
        types = "0124578B" if version == "FIX.4.4" else "0124578"
        market_data(client, "s1", 0, types, update=None)
        message = answer(client, "W", t262="s1", t55="AAPL")
        by_type = {entry[269]: entry for entry in entries(message)}
        assert len(by_type) == len(types), message
        assert by_type["0"] == {269: "0", 270: "149.50", 271: "60", 346: "1", 290: "1"}, by_type["0"]
        assert by_type["1"] == {269: "1", 270: "150.50", 271: "90", 346: "1", 290: "1"}, by_type["1"]
        assert by_type["2"][270] == "150.50" and by_type["2"][271] == "10" and 273 in by_type["2"], by_type["2"]
        assert by_type["4"][270] == by_type["7"][270] == by_type["8"][270] == "150.50"
        assert by_type["5"][270] == "150.00"
        if version == "FIX.4.4":
            assert by_type["5"][286] == "4"
            assert by_type["B"] == {269: "B", 271: "10"}, by_type["B"]
        else:
            assert message[387] == "10", message
        # The whole book of a market without orders is empty, and says so.
        market_data(client, "s2", 0, "01", depth=0, update=None, symbols=("MSFT",))
        assert answer(client, "W", t262="s2")[268] == "0"
        # Two symbols, two messages.
        market_data(client, "s3", 0, "5", update=None, symbols=("AAPL", "MSFT"))
        assert {answer(client, "W", t262="s3")[55] for _ in range(2)} == {"AAPL", "MSFT"}


def updates():
    client = logged_on()
    watcher = logged_on("FIX.4.2", "OLDSIDE")
    market_data(watcher, "full", 1, "01", update=0, depth=1)
    assert len(entries(answer(watcher, "W"))) == 2
    market_data(client, "deep", 1, "01", depth=0)
    answer(client, "W", t262="deep")
    market_data(client, "r1", 1, "012B")
    answer(client, "W", t262="r1")

    seen = []  # since the last thing that was done: subscriptions are told in no particular order

    def change(name, *wanted):
        """Waits for an X of the subscription with an entry that has these fields."""
        def fits(message):
            return message[35] == "X" and message[262] == name and any(
                all(entry.get(tag) == value for tag, value in wanted) for entry in entries(message, 279))
        return next(filter(fits, seen), None) or until(client, lambda m: seen.append(m) or fits(m))

    client.order("u1", 1, 30, (40, 2), (44, "149.75"))
    change("r1", (279, "0"), (269, "0"), (55, "AAPL"), (270, "149.75"), (271, "30"))
    # The whole book comes by a way of its own: of what follows too soon it would be told the outcome alone.
    change("deep", (279, "0"), (269, "0"), (270, "149.75"), (271, "30"))
    full = until(watcher, lambda m: m[35] == "W" and entries(m)[0][270] == "149.75")
    assert full[262] == "full" and len(entries(full)) == 2, full
    client.send("G", (41, "u1"), (11, "u2"), (21, 1), (55, "AAPL"), (54, 1), (60, now()), (38, 20), (40, 2),
                (44, "149.75"))
    change("deep", (279, "1"), (269, "0"), (270, "149.75"), (271, "20"))
    client.send("F", (41, "u2"), (11, "u3"), (55, "AAPL"), (54, 1), (60, now()))
    change("r1", (279, "2"), (269, "0"), (270, "149.75"))
    # A trade, its volume, and what it left of the offer.
    seen.clear()
    client.order("u4", 1, 40, (40, 2), (44, "150.50"))
    change("r1", (279, "0"), (269, "2"), (270, "150.50"), (271, "40"))
    change("r1", (279, "1"), (269, "B"), (271, "50"))
    change("deep", (279, "1"), (269, "1"), (270, "150.50"), (271, "50"))
    # Fields of an entry stand in the order of the specification.
    trade_entry = next(entry for entry in entries(change("r1", (269, "2")), 279) if entry[269] == "2")
    assert list(trade_entry) == [279, 269, 278, 55, 270, 271, 272, 273], trade_entry
    # What ended is told no more; the other goes on.
    market_data(client, "r1", 2, "012B")
    client.order("u5", 1, 1, (40, 2), (44, "149.00"))
    change("deep", (279, "0"), (270, "149.00"))

    def still(message):
        assert message.get(262) != "r1", message
        return message[35] == "0" and message.get(112) == "still"

    client.send("1", (112, "still"))
    until(client, still)
    # Market data that is asked for again is a gap fill; the reports between come as they were.
    client.send("2", (7, 1), (16, 0))
    client.send("1", (112, "resent"))
    seen = []
    until(client, lambda m: seen.append(m) or m[35] == "0" and m.get(112) == "resent")
    seen = [message for message in seen if message.get(43) == "Y"]
    assert {message[35] for message in seen} == {"4", "8"}, seen
    assert any(message[35] == "8" and message[11] == "u4" for message in seen)
    # A subscription does not outlive its session.
    client.send("5")
    until(client, lambda m: m[35] == "5")
    client = logged_on()
    client.order("u6", 1, 1, (40, 2), (44, "148.00"))
    answer(client, "8", t150="0")
    client.send("1", (112, "quiet"))
    answer(client, "0", t112="quiet")


def auction():
    """While orders gather, what the auction would come to is told as an imbalance; then its trades."""
    client = logged_on()
    cli("market", "phase", "pre-open")
    market_data(client, "a1", 1, "24AB")
    first = {entry[269]: entry for entry in entries(answer(client, "W", t262="a1"))}
    assert first["A"] == {269: "A", 271: "0"} and first["4"][270] == "150.50", first
    client.order("a1", 1, 150, (40, 2), (44, "151.00"))

    def indicated(message):
        return message[35] == "X" and any(
            entry[269] == "A" and entry[279] == "1" and entry.get(270) == "150.50" and entry[271] == "60" and
            entry[277] == "P" for entry in entries(message, 279))

    until(client, indicated)
    cli("market", "phase", "continuous")
    seen = []

    def traded(message):
        seen.extend(entries(message, 279) if message[35] == "X" else [])
        return any(entry[269] == "2" and entry[270] == "150.50" and entry[271] == "90" for entry in seen) and any(
            entry[269] == "A" and entry[279] == "2" for entry in seen)

    until(client, traded)


def reject():
    client = logged_on()
    market_data(client, "d1", 1, "0")
    answer(client, "W")
    for reason, request in (("0", dict(name="x", symbols=("NONE",))), ("1", dict(name="d1")),
                            ("5", dict(name="x", depth=5000)), ("8", dict(name="x", types="06"))):
        market_data(client, kind=0, **{"types": "0", **request})
        assert answer(client, "Y", t262=request["name"], t281=reason)[58]
    for reason, field in (("7", (266, "N")), ("A", (546, "2")), ("B", (286, "3")), ("C", (547, "Y"))):
        client.send("V", (262, "x"), (263, 0), (264, 1), field, (267, 1), (269, "0"), (146, 1), (55, "AAPL"))
        answer(client, "Y", t281=reason)
    client.send("V", (262, "x"), (263, 0), (264, 1), (267, 1), (269, "0"), (146, 1), (55, "AAPL"), (386, 1), (336, "7"))
    answer(client, "Y", t281="9")
    market_data(client, "never", 2, "0")
    assert 281 not in answer(client, "Y", t262="never")
    # Updates of which kind is not said; a value that there is not; a count that is wrong; a tag that is missing.
    market_data(client, "x", 1, "0", update=None)
    answer(client, "j", t372="V", t380="5")
    market_data(client, "x", 7, "0")
    answer(client, "3", t371="263", t373="5")
    client.send("V", (262, "x"), (263, 0), (264, 1), (267, 2), (269, "0"), (146, 1), (55, "AAPL"))
    answer(client, "3", t373="16")
    client.send("V", (263, 0), (264, 1), (267, 1), (269, "0"), (146, 1), (55, "AAPL"))
    answer(client, "3", t371="262", t373="1")
    old = logged_on("FIX.4.2", "OLDSIDE")
    market_data(old, "x", 0, "0", symbols=("NONE",))
    answer(old, "Y", t281="0")
    old.send("x", (320, "x1"), (559, 4))
    answer(old, "j", t372="x", t380="3")
    copies = logged_on(comp_id="COPIES")
    market_data(copies, "x", 0, "0")
    answer(copies, "j", t372="V", t380="6")


def status():
    client = logged_on()
    old = logged_on("FIX.4.2", "OLDSIDE")
    client.send("x", (320, "x1"), (559, 4), (263, 1))
    listed = answer(client, "y", t320="x1", t560="0", t393="2", t893="Y")
    assert b"55=AAPL\x01" in listed["raw"] and b"55=MSFT\x01" in listed["raw"], listed
    client.send("x", (320, "x2"), (559, 0), (55, "NONE"))
    answer(client, "y", t560="2")
    client.send("x", (320, "x2"), (559, 1), (167, "CS"))
    answer(client, "y", t560="1")
    client.send("e", (324, "e1"), (55, "AAPL"), (263, 1))
    answer(client, "f", t324="e1", t326="17", t325="N", t625="3", t58="continuous")
    client.send("e", (324, "e2"), (55, "NONE"), (263, 1))
    answer(client, "f", t326="20")
    client.send("g", (335, "g1"), (263, 1))
    answer(client, "h", t335="g1", t336="1", t340="2", t325="N")
    client.send("g", (335, "g2"), (336, "2"), (263, 0))
    answer(client, "h", t340="6", t567="1")
    old.send("g", (335, "g1"), (336, "2"), (263, 0))
    answer(old, "j", t372="g", t380="1")
    old.send("e", (324, "e1"), (55, "AAPL"), (263, 1))
    answer(old, "f", t326="17")

    def both(of_symbol, of_market=None, old_status=None, text=None):
        """What is told, in whichever order: f, and h where the market as a whole has changed."""
        wanted = {("f", of_symbol)} | ({("h", of_market)} if of_market else set())
        while wanted:
            message = until(client, lambda m: m[35] in ("f", "h"))
            assert message[325] == "Y", message
            key = (message[35], message.get(326) or message.get(340))
            if message[35] == "f" and text is not None and key in wanted:
                assert message[58] == text, message
            wanted.discard(key)
        until(old, lambda m: m[35] == "f" and m[326] == (old_status or of_symbol))

    cli("symbol", "halt", "AAPL", "--reason", "news pending")
    both("2", text="halt, news pending")
    cli("symbol", "resume", "AAPL", "--auction")
    both("5", text="volatility_auction")
    cli("market", "phase", "continuous", "--symbol", "AAPL")
    both("17")
    cli("kill", "symbol", "AAPL")
    both("2", text="continuous, kill switch")
    cli("kill", "symbol", "AAPL", "--lift")
    both("17")
    cli("kill", "market")
    both("2", "1")
    cli("kill", "market", "--lift")
    both("17", "2")
    cli("market", "phase", "closing-auction")
    both("5", "5")
    cli("market", "close")
    both("18", "3")
    cli("market", "phase", "pre-open")
    both("21", "4", old_status="5")
    cli("market", "phase", "opening-auction")
    both("22", old_status="5")
    cli("market", "phase", "continuous")
    both("17", "2")
    cli("symbol", "add", "TSLA", "--previous-close", "200")
    added = until(client, lambda m: m[35] == "y")
    assert added[320] == "x1" and added[393] == "1" and added[55] == "TSLA", added
    # What ended is told no more.
    for kind, tag, name, *more in (("e", 324, "e1", (55, "AAPL")), ("g", 335, "g1"), ("x", 320, "x1", (559, 4))):
        client.send(kind, (tag, name), *more, (263, 2))
    client.send("e", (324, "e1"), (55, "AAPL"), (263, 2))
    answer(client, "j", t372="e", t380="1")
    cli("market", "close")
    until(old, lambda m: m[35] == "f" and m[326] == "18")
    client.send("1", (112, "quiet"))
    answer(client, "0", t112="quiet")


def restart():
    """Both daemons that the market comes from are killed, and come back."""
    client = logged_on()
    market_data(client, "r1", 1, "01")
    answer(client, "W")
    client.send("e", (324, "e1"), (55, "MSFT"), (263, 1))
    answer(client, "f", t326="17")
    for daemon in ("feedd", "tradingd"):
        with open(os.path.join(os.environ["TRADE_HOME"], "run", daemon + ".pid")) as file:
            os.kill(int(file.read()), signal.SIGKILL)
    # Without feedd no snapshot is to be had.
    market_data(client, "s1", 0, "01", update=None)
    until(client, lambda m: m[35] == "j" and m[379] == "s1" and m[380] == "4")
    subprocess.run([trade, "up"], stdout=subprocess.DEVNULL, check=True, timeout=60)
    client.order("k1", 1, 7, (40, 2), (44, "149.90"))
    until(client, lambda m: m[35] == "X" and b"270=149.90" in m["raw"], 30)
    cli("symbol", "halt", "MSFT")
    until(client, lambda m: m[35] == "f" and m[326] == "2", 30)


def resident_bytes():
    with open(os.path.join(os.environ["TRADE_HOME"], "run", "fixd.pid")) as file:
        pid = file.read().strip()
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))


def slow():
    """Does not read while the market moves; is told at last why it is told no more."""
    symbol = sys.argv[4]
    client = logged_on(kind=Narrow)
    for number in range(150):
        market_data(client, f"r{number}", 1, "012", depth=10, update=0, symbols=(symbol,))
    before = resident_bytes()
    most = before
    deadline = time.monotonic() + 40
    dropped = 0
    while dropped < 150 and time.monotonic() < deadline:
        time.sleep(0.5)
        most = max(most, resident_bytes())
        daemons = json.loads(subprocess.run([trade, "--json", "status"], stdout=subprocess.PIPE, timeout=30).stdout)
        fixd = next(daemon for daemon in daemons if daemon["daemon"] == "fixd")
        dropped = fixd["counters"]["market_subscriptions_dropped"]
    assert dropped == 150, f"{dropped} dropped"
    print(f"resident: {before} bytes, at most {most}")
    assert most - before < 64 << 20, f"from {before} to {most} bytes"
    reasons = [until(client, lambda m: m[35] == "Y", 30) for _ in range(150)]
    assert all(message[281] == "2" and "subscription has ended" in message[58] for message in reasons), reasons[0]
    # The session itself goes on.
    client.send("1", (112, "here"))
    until(client, lambda m: m[35] == "0" and m.get(112) == "here")
    market_data(client, "again", 0, "01", update=None, symbols=(symbol,))
    until(client, lambda m: m[35] == "W" and m[262] == "again")


{"snapshot": snapshot, "updates": updates, "auction": auction, "reject": reject, "status": status, "restart": restart,
 "slow": slow}[case]()
print("ok")
