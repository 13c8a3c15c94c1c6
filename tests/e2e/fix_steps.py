"""A FIX client whose numbers go on from step to step, each a process of its own: SCRIPT PORT PASSWORD STEP ARGUMENTS.
They are kept in a file in the home."""
import json
import os
import socket
import sys

from fix_client import Client, now

PORT, PASSWORD, STEP, ARGUMENTS = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
STATE = os.path.join(os.environ["TRADE_HOME"], "fix-client.json")


def run_step(steps):
    steps["step_" + STEP]()
    print("ok")


class Session(Client):
    """Goes on with the numbers of the step before; asks for what it missed."""

    def __init__(self, comp_id, begin=False, version="FIX.4.4"):
        super().__init__(PORT, comp_id, PASSWORD, version)
        kept = json.load(open(STATE)) if os.path.exists(STATE) else {}
        self.expected = 1
        if not begin and comp_id in kept:
            self.sequence, self.expected = kept[comp_id]
        first = self.expected
        self.log_on(*(((141, "Y"),) if begin else ()))
        self.first_sequence = self.sequence
        logon = self.expect("A")
        if begin:
            assert logon[34] == "1", logon
        self.missed = int(logon[34]) - first
        assert self.missed >= 0, logon
        if self.missed:
            self.send("2", (7, first), (16, 0))

    def receive(self, timeout=10):
        while True:
            message = super().receive(timeout)
            if message is None:
                return None
            number = int(message[36]) if message[35] == "4" and message.get(123) == "Y" else int(message[34]) + 1
            self.expected = max(getattr(self, "expected", 1), number)
            if message[35] != "2":
                return message
            # What a fixd that was killed had answered but not yet counted: nothing of before this logon is sent anew.
            self.send("4", (123, "Y"), (36, self.first_sequence), sequence=int(message[7]),
                      extra=((43, "Y"), (122, now())))

    def keep(self):
        kept = json.load(open(STATE)) if os.path.exists(STATE) else {}
        kept[self.comp_id] = (self.sequence, self.expected)
        json.dump(kept, open(STATE, "w"))

    def leave(self):
        self.send("5")
        assert "5" in [m[35] for m in self.expect_end()]
        self.keep()

    def drop(self):
        self.keep()
        self.socket.close()

    def place(self, client_order_id, quantity, price, side=1):
        """Until it is told of; what was missed before may come first."""
        self.order(client_order_id, side, quantity, (40, 2), (44, price))
        while (message := self.receive()).get(11) != client_order_id:
            assert message is not None
        assert message[150] == "0", message
        return message

    def cancel(self, original, client_order_id, side=1, symbol="AAPL"):
        self.send("F", (41, original), (11, client_order_id), (55, symbol), (54, side), (60, now()))

    def replace(self, original, client_order_id, quantity, price, *more, side=1, kind=2, symbol="AAPL"):
        self.send("G", (41, original), (11, client_order_id), (21, 1), (55, symbol), (54, side), (60, now()),
                  (38, quantity), (40, kind), (44, price), *more)

    def status(self, client_order_id, **wanted):
        self.send("H", (11, client_order_id), (55, "AAPL"), (54, 1))
        return self.expect("8", t150="I", t11=client_order_id, **wanted)

    def expect_nothing(self, seconds=0.5):
        try:
            message = self.receive(seconds)
        except socket.timeout:
            return
        raise AssertionError(f"unexpected: {message}")


def begin(comp_id):
    return Session(comp_id, begin=True)
