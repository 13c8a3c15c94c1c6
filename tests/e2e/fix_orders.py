"""Orders and copies by FIX against a running fixd, in steps that the script of the test puts together:
fix_orders.py PORT PASSWORD STEP ARGUMENTS. Numbers go on from step to step in a file beside the home."""
import json
import os
import sys
import time

from fix_client import now
from fix_steps import ARGUMENTS, STATE, Session, begin, run_step


def step_changes():
    """Replaces and cancels, in time, late, and of what nobody knows."""
    client = begin("BUYSIDE")
    client.place("o1", 100, "149.00")
    client.replace("o1", "o2", 60, "149.50")
    client.expect("8", t150="5", t39="0", t11="o2", t41="o1", t38="60", t44="149.50", t151="60")
    for more, tag in ((((59, 1),), "59"), (((111, 10),), "111"), (((18, "G"),), "18")):
        client.replace("o2", "bad", 50, "149.00", *more)
        assert f"tag {tag}" in client.expect("9", t434="2", t102="99", t39="0")[58]
    client.replace("o2", "bad", 50, "149.00", side=2)
    assert "tag 54" in client.expect("9", t434="2", t102="99")[58]
    client.replace("o2", "bad", 50, "149.00", (99, "150"), kind=4)
    assert "tag 40" in client.expect("9", t434="2", t102="99")[58]
    client.cancel("o2", "bad", symbol="MSFT")
    assert "tag 55" in client.expect("9", t434="1", t102="99")[58]
    client.replace("o2", "bad", 50, "149.001")
    client.expect("9", t434="2", t102="99")
    # A refused request leaves nothing behind.
    client.send("H", (11, "bad"), (55, "AAPL"), (54, 1))
    client.expect("8", t39="8", t103="5")
    client.replace("o2", "o1", 50, "149.00")
    client.expect("9", t434="2", t102="6")
    client.cancel("o2", "o1")
    client.expect("9", t434="1", t102="6")
    client.cancel("o2", "o3")
    client.expect("8", t150="4", t39="4", t11="o3", t41="o2", t151="0")
    for name in ("o1", "o2"):
        client.cancel(name, f"late-{name}")
        client.expect("9", t102="0", t39="4", t434="1")
        client.status(f"late-{name}", t39="8", t103="5")
    client.cancel("never", "late-never")
    client.expect("9", t102="1", t39="8", t37="NONE")
    client.replace("never", "later-never", 5, "149.00")
    client.expect("9", t102="1", t434="2")
    # Whatever is asked for again is answered, and nothing is done again.
    again = ((97, "Y"),)
    client.send("F", (41, "o2"), (11, "o3"), (55, "AAPL"), (54, 1), (60, now()), extra=again)
    client.expect("8", t150="I", t39="4")
    client.order("o1", 1, 100, (40, 2), (44, "149.00"), extra=again)
    client.expect("8", t150="I", t39="4")
    client.leave()


def step_fills():
    """Against orders to sell 4 at 150.50 and 3 at 150.60."""
    client = begin("BUYSIDE")
    client.place("f1", 10, "151.00")
    client.expect("8", t11="f1", t150="F", t39="1", t32="4", t31="150.50", t14="4", t151="6", t6="150.50", t851="2")
    client.expect("8", t11="f1", t150="F", t39="1", t32="3", t31="150.60", t14="7", t151="3", t6="150.5429")
    client.status("f1", t39="1", t14="7")
    client.replace("f1", "f2", 9, "151.00")
    client.expect("8", t150="5", t39="1", t11="f2", t38="9", t14="7", t151="2")
    client.cancel("f1", "f3")
    client.expect("8", t150="4", t39="4", t11="f3", t41="f2", t14="7", t151="0")
    client.replace("f2", "f4", 20, "151.00")
    client.expect("9", t102="0", t39="4", t434="2")
    client.leave()


def step_mass():
    client, other = begin("BUYSIDE"), begin("SECOND")
    other.place("theirs", 1, "140.00")
    for symbol, side, price in (("AAPL", 1, "140.00"), ("AAPL", 1, "141.00"), ("MSFT", 1, "140.00")):
        client.order(f"m-{symbol}-{price}", side, 1, (40, 2), (44, price), symbol=symbol)
        client.expect("8", t150="0")

    def mass_status(identity, *fields):
        client.send("AF", (584, identity), *fields)
        first = client.expect("8", t584=identity)
        rest = [client.expect("8", t584=identity, t911=first[911]) for _ in range(int(first[911]) - 1)]
        assert ([first] + rest)[-1][912] == "Y"
        return sorted(m.get(11, "") for m in [first] + rest)

    assert mass_status("a", (585, 7)) == ["m-AAPL-140.00", "m-AAPL-141.00", "m-MSFT-140.00"]
    assert mass_status("b", (585, 1), (55, "MSFT")) == ["m-MSFT-140.00"]
    assert mass_status("c", (585, 7), (54, 2)) == [""]
    client.send("q", (11, "q1"), (530, 1), (55, "AAPL"), (60, now()))
    client.expect("r", t11="q1", t531="1", t533="2", t55="AAPL")
    ended = {client.expect("8", t150="4", t39="4")[11] for _ in range(2)}
    assert ended == {"m-AAPL-140.00", "m-AAPL-141.00"}, ended
    # What was sent just before is ended as well.
    client.order("m-late", 1, 1, (40, 2), (44, "140.00"))
    client.send("q", (11, "q2"), (530, 7), (60, now()))
    ended = set()
    while len(ended) < 2:
        message = client.receive()
        assert message[35] in "8r", message
        if message[35] == "r":
            assert message[533] == "2", message
        elif message[150] == "4":
            ended.add(message[11])
    assert ended == {"m-MSFT-140.00", "m-late"}, ended
    assert mass_status("d", (585, 7)) == [""]
    client.send("q", (11, "q3"), (530, 7), (60, now()))
    client.expect("r", t533="0")
    other.status("theirs", t39="0")
    client.leave()
    other.leave()


def step_mass_of_many():
    """COUNT: so many open orders are ended by one mass cancel, each with its report."""
    client = begin("BUYSIDE")
    count = int(ARGUMENTS[0])
    told = 0
    for first in range(0, count, 500):
        names = [f"m{i}" for i in range(first, min(first + 500, count))]
        for name in names:
            client.order(name, 1, 1, (40, 2), (44, "1.00"))
        for name in names:
            client.expect("8", t150="0", t11=name)
    client.send("q", (11, "q1"), (530, 7), (60, now()))
    client.expect("r", t531="7", t533=str(count))
    ended = {client.expect("8", t150="4", t39="4")[11] for _ in range(count)}
    assert len(ended) == count, len(ended)
    client.send("AF", (584, "s1"), (585, 7))
    client.expect("8", t584="s1", t911="0")
    client.leave()


def step_flood():
    """One session sends more orders than may wait while tradingd is stopped; the other can cancel all the same."""
    other, flooding = begin("SECOND"), begin("BUYSIDE")
    other.place("theirs", 1, "140.00")
    other.place("more", 1, "140.00")
    print("placed", flush=True)
    sys.stdin.readline()
    for first in range(0, 17_000, 500):
        flooding.send_bytes(b"".join(
            flooding.message("D", (11, f"f{i}"), (21, 1), (55, "AAPL"), (54, 1), (60, now()), (38, 1), (40, 2), (44, "1.00"))
            for i in range(first, first + 500)))
    # On a slow machine the first of them are given up before the last one has come.
    refused = flooding.receive()
    assert refused[35] == "j" or refused[58].startswith("too many requests wait for tradingd"), refused
    other.cancel("theirs", "c1")
    other.send("q", (11, "q1"), (530, 7), (60, now()))
    other.expect("r", t531="7", t533="2")
    print("asked", flush=True)
    ended = {other.expect("8", t150="4", t39="4")[37] for _ in range(2)}
    assert len(ended) == 2, ended
    flooding.keep()
    other.leave()


def step_two_accounts():
    """A session of two accounts has an order in each."""
    client = begin("ACME")
    for account in ("alice", "bob"):
        client.order(f"of-{account}", 1, 1, (40, 2), (44, "140.00"), (1, account))
        client.expect("8", t150="0", t1=account)
    client.leave()


def step_one_account():
    """The same, added anew with the first account alone: what is in the other is not its own, and was not."""
    kept = json.load(open(STATE))
    kept["ACME"] = (kept["ACME"][0], 1)
    json.dump(kept, open(STATE, "w"))
    client = Session("ACME")
    assert client.missed == 0, client.missed
    client.send("AF", (584, "s1"), (585, 7))
    client.expect("8", t584="s1", t911="1", t11="of-alice")
    client.send("H", (11, "of-bob"), (55, "AAPL"), (54, 1))
    client.expect("8", t39="8", t103="5")
    client.send("q", (11, "q1"), (530, 7), (60, now()))
    client.expect("r", t533="1")
    client.expect("8", t150="4", t11="of-alice")
    print("cancelled", flush=True)
    # Nothing of what happens in the other account meanwhile.
    sys.stdin.readline()
    client.expect_nothing()
    client.leave()


def step_short():
    """Of an account that holds nothing, while another bids 149.00 for 10 and 148.00 for 10; COPIES is told."""
    client, copies = begin("SHORT"), begin("COPIES")
    client.order("s1", 5, 10, (40, 2), (44, "149.00"), (114, "N"))
    client.expect("8", t150="8", t11="s1", t54="5", t103="0", t58="No shares located to borrow")
    print("granted?", flush=True)
    sys.stdin.readline()
    client.order("s2", 5, 30, (40, 2), (44, "149.00"), (114, "N"), (5700, "PRIME"))
    client.expect("8", t150="0", t39="0", t11="s2", t54="5")
    client.expect("8", t150="F", t39="1", t11="s2", t54="5", t32="10", t31="149.00")
    client.order("s3", 6, 5, (40, 2), (44, "160.00"))
    client.expect("8", t150="0", t11="s3", t54="6")
    client.send("H", (11, "s3"), (55, "AAPL"), (54, 6))
    client.expect("8", t150="I", t11="s3", t54="6")
    client.replace("s2", "s4", 25, "150.00", side=2)
    assert "tag 54" in client.expect("9", t434="2", t102="99")[58]
    client.replace("s2", "s4", 25, "150.00", side=5)
    client.expect("8", t150="5", t11="s4", t54="5", t38="25")
    client.send("q", (11, "q1"), (530, 7), (54, 5), (60, now()))
    client.expect("r", t533="1")
    client.expect("8", t150="4", t11="s4", t54="5", t14="10")
    client.cancel("s3", "s5", side=6)
    client.expect("8", t150="4", t11="s5", t54="6")
    told = []
    while len(told) < 7:
        message = copies.receive()
        assert message is not None
        if message[35] == "8" and message[1] == "carol":
            told.append(message[11] + message[150] + message[54])
    assert told == ["s185", "s205", "s2F5", "s306", "s455", "s445", "s546"], told
    client.leave()
    copies.leave()


def step_place():
    """COMPID ID PRICE [DISCONNECT]: an order that rests; then the line goes in this way."""
    comp_id, name, price, leaving = (ARGUMENTS + ["stay"])[:4]
    client = Session(comp_id, begin=not os.path.exists(STATE) or comp_id not in json.load(open(STATE)))
    client.place(name, 1, price)
    if leaving == "logout":
        client.leave()
    elif leaving == "break":
        client.drop()
    elif leaving == "wait":
        # Until the other side goes.
        client.keep()
        print("placed", flush=True)
        client.expect_end(60)
    else:
        client.keep()


def step_missed():
    """COMPID ID TYPE STATUS: this report was missed, or comes as soon as the journal was read."""
    comp_id, name, kind, status = ARGUMENTS
    client = Session(comp_id)
    while True:
        message = client.receive()
        assert message is not None
        if message[35] == "8" and (message[11], message[150], message[39]) == (name, kind, status):
            break
    client.leave()


def step_same_id():
    """Two sessions of one account use one ClOrdID: the first has it, now and later."""
    first, second = begin("BUYSIDE"), begin("SECOND")
    first.order("same", 1, 1, (40, 2), (44, "140.00"))
    second.order("same", 1, 2, (40, 2), (44, "141.00"))
    second.order("same", 1, 1, (40, 2), (44, "140.00"), extra=((97, "Y"),))
    first.expect("8", t150="0", t11="same", t38="1")
    second.expect("8", t150="8", t11="same", t103="6", t37="NONE")
    second.expect("8", t150="8", t11="same", t103="6", t37="NONE")
    second.cancel("same", "steal")
    second.expect("9", t102="1")
    second.expect_alive()
    first.leave()
    second.leave()


def step_silent():
    """COMPID: nothing was missed, and nothing comes."""
    client = Session(ARGUMENTS[0])
    assert client.missed == 0, client.missed
    client.expect_nothing()
    client.leave()


def step_unanswered():
    """While tradingd is down: the fate is not known, then it is."""
    client = begin("BUYSIDE")
    client.order("u1", 1, 1, (40, 2), (44, "140.00"))
    client.expect("j", t380="4", t372="D", t379="u1")
    client.status("u1", t39="A")
    client.cancel("other", "u2")
    client.expect("j", t380="4", t372="F")
    print("unanswered", flush=True)
    # The cancel that is given up is answered, whatever comes first.
    deadline = time.monotonic() + 40
    lost = None
    status = "A"
    while status == "A":
        assert time.monotonic() < deadline
        time.sleep(0.5)
        client.send("H", (11, "u1"), (55, "AAPL"), (54, 1))
        message = client.receive()
        while message[35] != "8":
            lost = message if message[35] == "9" else lost
            message = client.receive()
        status = message[39]
    lost = lost or client.expect("9")
    assert (lost[11], lost[41], lost[434], lost[102], lost[37]) == ("u2", "other", "1", "99", "NONE"), lost
    client.status("u1", t39="8", t103="5")
    client.place("u1", 1, "140.00")
    client.leave()


def step_ask_only():
    """COMPID ID: an order, and not what becomes of it."""
    client = begin(ARGUMENTS[0])
    client.order(ARGUMENTS[1], 1, 1, (40, 2), (44, "140.00"))
    time.sleep(0.5)
    client.drop()


def step_copies():
    """Begins to follow: nothing of before is told."""
    client = begin("COPIES")
    client.expect_nothing()
    client.leave()


def step_copied():
    """COUNT: so many reports were missed; resumed from any of them they are the same."""
    client = Session("COPIES")
    count = int(ARGUMENTS[0])
    reports = []
    while len(reports) < count:
        message = client.receive()
        if message[35] == "8":
            assert message[43] == "Y", message
            reports.append(message)
    seen = [(m.get(11, ""), m[150], m[39], m[1]) for m in reports]
    print(json.dumps(seen))
    assert len({m[17] for m in reports}) == count, seen
    start = b"\x011="
    for first in (1, 3, count - 1):
        client.send("2", (7, reports[first][34]), (16, 0))
        client.send("1", (112, "end"))
        again = []
        while (message := client.receive())[35] != "0" or message.get(112) != "end":
            if message[35] == "8":
                again.append(message)
        told = [(m[34], m["raw"][m["raw"].index(start):m["raw"].rindex(b"\x0110=")]) for m in reports[first:]]
        assert told == [(m[34], m["raw"][m["raw"].index(start):m["raw"].rindex(b"\x0110=")]) for m in again], again
    client.drop()


def step_much():
    """More is resent than a line may have waiting."""
    client = begin("BUYSIDE")
    text = "x" * 8000
    count = 2500
    for i in range(count):
        client.send("H", (11, f"n{i}"), (790, text), (55, "AAPL"), (54, 1))
        client.expect("8", t790=text)
    client.send("2", (7, 1), (16, 0))
    # Before anything is read everything that can wait does.
    time.sleep(2)
    client.expect("4", t36="2")
    for i in range(count):
        message = client.expect("8", t43="Y", t34=str(i + 2))
        assert message[11] == f"n{i}", message
    client.expect_alive()
    client.leave()


run_step(globals())
