"""A FIX client of a broker that routes AAPL to another venue: fix_routed.py PORT PASSWORD STEP ARGUMENTS."""
import os
import subprocess
import sys
import time

from fix_client import now
from fix_steps import ARGUMENTS, begin, run_step


def exchange(*words):
    """The command line of the other suite."""
    subprocess.run([os.path.join(os.environ["TRADE_BIN"], "trade"), "--home", os.environ["EXCHANGE_HOME"], *words],
                   check=True, stdout=subprocess.DEVNULL)


def make(side, quantity, price):
    """An order of another participant there."""
    exchange("place", side, str(quantity), "AAPL", "--limit", price, "--account", "maker")


def heard():
    """The lines that the exchange of the test has told."""
    with open(os.path.join(os.environ["TRADE_HOME"], "exchange/heard"), encoding="utf-8") as lines:
        return lines.readlines()


def await_true(what, condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def says(text):
    """Tells the exchange of the test what to do, and returns when it has."""
    def done():
        return sum(line.startswith("did ") for line in heard())

    before = done()
    with open(os.path.join(os.environ["TRADE_HOME"], "exchange/says"), "w", encoding="utf-8") as fifo:
        fifo.write(text + "\n")
    await_true(text, lambda: done() > before)


def await_heard(*fields):
    """The exchange of the test has been told a message with these fields."""
    await_true(fields, lambda: any(all("|" + field + "|" in line for field in fields) for line in heard()))


class RoutedClient:
    """What its orders are told, with what always holds checked."""

    def __init__(self, client):
        self.client = client
        self.executions, self.fills = set(), []

    def expect(self, kind, **wanted):
        message = self.client.expect(kind, timeout=30, **wanted)
        if kind == "8" and message[150] != "I":
            assert message[17] not in self.executions, message
            self.executions.add(message[17])
            over = message[39] in "248C"
            assert int(message[151]) == (0 if over else int(message[38]) - int(message[14])), message
        if kind == "8" and message[150] == "F":
            assert message[17].startswith("V") and 851 not in message, message
            self.fills.append((message[54], message[32], message[31]))
        return message

    def placed(self, name, side, quantity, price, *fields):
        """A limit order that the venue takes."""
        self.client.order(name, side, quantity, (40, 2), (44, price), *fields)
        pending = self.expect("8", t150="A", t39="A", t11=name, t54=str(side), t14="0", t151=str(quantity))
        return self.expect("8", t150="0", t39="0", t11=name, t54=str(side), t37=pending[37])[37]

    def expect_fill(self, name, quantity, price, filled, leaves, average):
        self.expect("8", t150="F", t39="1" if leaves else "2", t11=name, t32=str(quantity), t31=price,
                    t14=str(filled), t151=str(leaves), t6=average)


def step_day():
    """Orders through both suites: filled in parts, replaced, cancelled, refused, too late."""
    client = begin("BUYSIDE")
    told = RoutedClient(client)
    order = told.placed("n1", 1, 100, "150.00")
    make("sell", 40, "150.00")
    told.expect_fill("n1", 40, "150.00", 40, 60, "150.00")
    client.replace("n1", "n2", 80, "150.50")
    told.expect("8", t150="5", t39="1", t11="n2", t41="n1", t37=order, t38="80", t44="150.50", t14="40", t151="40")
    make("sell", 15, "150.50")
    told.expect_fill("n2", 15, "150.50", 55, 25, "150.1364")
    # More than we may pay for there.
    client.replace("n2", "n3", 99000, "151.00")
    refused = told.expect("9", t11="n3", t41="n2", t37=order, t434="2", t102="99", t39="1")
    assert refused[58].startswith("Venue refused the change"), refused
    # An id that was refused names nothing.
    client.cancel("n3", "n4")
    told.expect("9", t11="n4", t41="n3", t434="1", t102="1")
    client.send("H", (11, "n1"), (55, "AAPL"), (54, 1))
    told.expect("8", t150="I", t39="1", t11="n2", t37=order, t14="55", t151="25")
    client.cancel("n1", "n5")
    told.expect("8", t150="4", t39="4", t11="n5", t41="n2", t37=order, t38="80", t14="55", t151="0")
    for name in ("n1", "n2"):
        client.cancel(name, "late-" + name)
        told.expect("9", t11="late-" + name, t41=name, t37=order, t434="1", t102="0", t39="4")
    client.replace("n2", "late-replace", 90, "150.00")
    told.expect("9", t11="late-replace", t434="2", t102="0", t39="4")

    client.order("r1", 1, 99000, (40, 2), (44, "151.00"))
    told.expect("8", t150="A", t11="r1")
    refused = told.expect("8", t150="8", t39="8", t11="r1", t103="0", t14="0", t151="0")
    assert refused[58].startswith("Venue refused the order"), refused
    client.order("r1", 1, 1, (40, 2), (44, "140.00"))
    told.expect("8", t150="8", t11="r1", t103="6")

    make("sell", 30, "149.00")
    client.order("m1", 1, 30, (40, 1))
    told.expect("8", t150="A", t11="m1", t40="1")
    told.expect("8", t150="0", t39="0", t11="m1")
    told.expect_fill("m1", 30, "149.00", 30, 0, "149.00")
    client.cancel("m1", "m2")
    told.expect("9", t11="m2", t41="m1", t434="1", t102="0", t39="2")

    # What the venue ends by itself, and what ends at once.
    told.placed("u1", 2, 7, "160.00")
    exchange("cancel", "--all", "--account", "broker")
    ended = told.expect("8", t150="4", t39="4", t11="u1", t14="0", t151="0")
    assert 41 not in ended and ended[58] == "venue", ended
    client.order("i1", 1, 7, (40, 2), (44, "140.00"), (59, 3))
    told.expect("8", t150="A", t11="i1", t59="3")
    told.expect("8", t150="0", t11="i1")
    told.expect("8", t150="4", t39="4", t11="i1")
    client.expect_alive()
    for side, quantity, price in told.fills:
        print("fill", {"1": "buy", "2": "sell"}[side], quantity, price)
    client.leave()


def step_short():
    """Of a margin account that may sell 40 short here, and what it likes there."""
    client = begin("SHORT")
    told = RoutedClient(client)
    client.order("s0", 5, 41, (40, 2), (44, "149.00"))
    told.expect("8", t150="8", t11="s0", t54="5", t103="0", t58="No shares located to borrow")
    told.placed("s1", 5, 30, "149.00", (114, "N"))
    make("buy", 10, "149.00")
    told.expect_fill("s1", 10, "149.00", 10, 20, "149.00")
    client.replace("s1", "s2", 25, "150.00", side=5)
    told.expect("8", t150="5", t39="1", t11="s2", t41="s1", t54="5", t38="25", t151="15")
    told.placed("s3", 6, 5, "160.00")
    client.cancel("s2", "s4", side=5)
    told.expect("8", t150="4", t11="s4", t54="5", t14="10")
    client.cancel("s3", "s5", side=6)
    told.expect("8", t150="4", t11="s5", t54="6")
    make("sell", 10, "148.00")
    client.order("b1", 1, 10, (40, 1))
    told.expect("8", t150="A", t11="b1")
    told.expect("8", t150="0", t11="b1")
    told.expect_fill("b1", 10, "148.00", 10, 0, "148.00")
    client.leave()


def step_lost_changes():
    """Changes that are lost together with the venue's session: each is answered once."""
    client = begin("BUYSIDE")
    told = RoutedClient(client)

    def lose_session():
        says("stop")
        says("start")

    order = told.placed("p1", 1, 10, "150.00")
    says("auto off")
    client.replace("p1", "p2", 20, "151.00")
    await_heard("35=G", f"11={order}-2")
    client.send("H", (11, "p1"), (55, "AAPL"), (54, 1))
    told.expect("8", t150="I", t39="E", t11="p1")
    lose_session()
    refused = told.expect("9", t11="p2", t41="p1", t37=order, t434="2", t102="99", t39="0")
    assert refused[58].startswith("Venue refused the change"), refused
    # A cancel that is not done there is asked for again, and then it is.
    client.cancel("p1", "p3")
    await_heard("35=F", f"11={order}-3")
    client.send("H", (11, "p1"), (55, "AAPL"), (54, 1))
    told.expect("8", t150="I", t39="6", t11="p1")
    says("auto on")
    lose_session()
    told.expect("8", t150="4", t39="4", t11="p3", t41="p1", t37=order)
    # Or refused.
    order = told.placed("q1", 1, 10, "150.00")
    says("auto off")
    client.cancel("q1", "q2")
    await_heard("35=F", f"11={order}-2")
    lose_session()
    await_heard("35=F", f"11={order}-3")
    says(f"refuse {order}-3 {order}-1 3 1")
    told.expect("9", t11="q2", t41="q1", t37=order, t434="1", t102="99", t39="0")
    # What came about and was never told.
    client.replace("q1", "q3", 10, "151.00")
    await_heard("35=G", f"11={order}-4")
    says("hide")
    says(f"replaced {order}-4 {order}-1 10 151.00")
    lose_session()
    told.expect("8", t150="5", t39="0", t11="q3", t41="q1", t37=order, t44="151.00", t151="10")
    client.cancel("q3", "q4")
    await_heard("35=F", f"11={order}-5", f"41={order}-4")
    says("hide")
    says(f"cancelled {order}-5")
    lose_session()
    told.expect("8", t150="4", t39="4", t11="q4", t41="q3", t37=order)
    client.expect_alive()
    client.leave()


def step_place():
    """ID QUANTITY PRICE: a limit order to buy, which the venue takes."""
    name, quantity, price = ARGUMENTS
    client = begin("BUYSIDE")
    RoutedClient(client).placed(name, 1, int(quantity), price)
    client.leave()


def step_find():
    """ID: an order of before the numbers began at 1 again is asked about, and cancelled."""
    name = ARGUMENTS[0]
    client = begin("BUYSIDE")
    told = RoutedClient(client)
    client.order(name, 1, 1, (40, 2), (44, "140.00"))
    told.expect("8", t150="8", t11=name, t103="6")
    client.send("H", (11, name), (55, "AAPL"), (54, 1))
    told.expect("8", t150="I", t39="0", t11=name)
    client.cancel(name, "cancel-" + name)
    told.expect("8", t150="4", t11="cancel-" + name, t41=name)
    client.leave()


def step_pending_changes():
    """Changes of an order whose venue has still to answer one: each that cannot be is refused with its reason."""
    client = begin("BUYSIDE")
    told = RoutedClient(client)
    order = told.placed("p1", 1, 10, "150.00")
    says("auto off")
    client.replace("p1", "p2", 20, "151.00")
    await_heard("35=G", f"11={order}-2")
    pending = "A change of the order is under way at its venue"
    client.cancel("p1", "p3")
    told.expect("9", t11="p3", t41="p1", t37=order, t434="1", t102="99", t39="0", t58=pending)
    client.send("q", (11, "q1"), (530, 7), (60, now()))
    told.expect("r", t11="q1", t533="1")
    told.expect("9", t11="q1", t41="p1", t37=order, t434="1", t102="99", t39="0", t58=pending)
    # Another door uses the id that the order is to have.
    subprocess.run([os.path.join(os.environ["TRADE_BIN"], "trade"), "place", "buy", "1", "AAPL", "--limit", "140.00",
                    "--account", "alice", "--client-id", "p2"], check=True, stdout=subprocess.DEVNULL)
    says(f"replaced {order}-2 {order}-1 20 151.00")
    told.expect("8", t150="D", t11="p1", t37=order, t38="20", t44="151.00")
    refused = told.expect("9", t11="p2", t41="p1", t37=order, t434="2", t102="6")
    assert refused[58].startswith("Duplicate ClOrdID"), refused
    says("auto on")
    client.cancel("p1", "p4")
    told.expect("8", t150="4", t39="4", t11="p4", t41="p1", t37=order)
    client.expect_alive()
    client.leave()


sys.stdout.reconfigure(line_buffering=True)
run_step(globals())
