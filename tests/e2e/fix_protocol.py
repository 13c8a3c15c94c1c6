"""Session-level behaviour of a running fixd, case by case as FIX's own session test cases number them:
fix_protocol.py PORT PASSWORD CASE. `python3 fix_protocol.py` lists the cases."""
import socket
import sys
import time

from fix_client import SOH, Client, encode, now

PORT, PASSWORD = (int(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else (0, "")
CASES = {}
# fixd takes 20 logons a second from one address and refuses more without a word; no case has more than six.
# After so long for each, no second of one case after the other has that many.
SECONDS_PER_LOGON = 0.08
LOGONS = []


def case(function):
    CASES[function.__name__] = function
    return function


def connect(comp_id="BUYSIDE", password=None, version="FIX.4.4"):
    LOGONS.append(comp_id)
    return Client(PORT, comp_id, PASSWORD if password is None else password, version)


def logged_on(comp_id="BUYSIDE", version="FIX.4.4", heartbeat=30):
    """A session whose numbers begin at 1."""
    client = connect(comp_id, version=version)
    client.log_on((141, "Y"), heartbeat=heartbeat)
    client.expect("A", t34="1", t141="Y")
    return client


def new_order(client_order_id="x"):
    return ((11, client_order_id), (21, 1), (55, "AAPL"), (54, 1), (60, now()), (38, 1), (40, 2), (44, "1.00"))


def expect_reject(client, reason, tag=None):
    wanted = {"t373": str(reason)}
    if tag is not None:
        wanted["t371"] = str(tag)
    return client.expect("3", **wanted)


def expect_logout(client, text=None):
    message = client.expect("5")
    if text is not None and text not in message.get(58, ""):
        raise AssertionError(f"the Logout says {message.get(58)!r}, expected {text!r}")
    client.expect_end()


# --- 1: Logon ---

@case
def logon_is_answered():
    client = connect()
    client.log_on((141, "Y"))
    client.expect("A", t98="0", t108="30", t34="1")
    client.log_out()


@case
def logon_goes_on_where_it_was():
    client = logged_on()
    client.expect_alive()
    client.log_out()
    again = connect()
    again.sequence = client.sequence
    again.log_on()
    again.expect("A", t34="4")
    again.expect_alive()


@case
def second_logon_of_a_connected_session():
    client = logged_on()
    second = connect()
    second.log_on((141, "Y"))
    assert second.expect_end() == []
    client.expect_alive()
    client.log_on()
    client.expect_end()


@case
def wrong_password_changes_nothing():
    client = logged_on()
    client.expect_alive()
    client.log_out()
    for password in ("", "wrong", "open-sesame ", "x" * 5000):
        guess = connect(password=password)
        guess.log_on((141, "Y"))
        assert guess.expect_end() == []
    again = connect()
    again.sequence = client.sequence
    again.log_on()
    again.expect("A", t34="4")


@case
def logon_that_names_no_session():
    for comp_id, target, version in (("NOBODY", "TRADE", "FIX.4.4"), ("BUYSIDE", "OTHER", "FIX.4.4"),
                                     ("BUYSIDE", "TRADE", "FIX.4.2"), ("BUYSIDE", "TRADE", "FIX.4.3")):
        client = Client(PORT, comp_id, PASSWORD, version, target)
        client.log_on((141, "Y"))
        assert client.expect_end() == []


@case
def logon_that_is_not_well_formed():
    for fields in (((98, 1), (108, 30)), ((98, 0), (108, 0)), ((98, 0), (108, -5)), ((98, 0), (108, 999999)),
                   ((98, 0), (108, "often"))):
        client = connect()
        client.send("A", *fields, (141, "Y"), (554, PASSWORD))
        assert client.expect_end() == []
    client = connect()
    client.send("A", (98, 0), (108, 30), (141, "Y"), (554, PASSWORD), sequence=7)
    assert client.expect_end() == []
    client = connect()
    client.send("0")
    assert client.expect_end() == []


@case
def logon_with_a_high_number():
    client = logged_on()
    client.log_out()
    again = connect()
    again.sequence = client.sequence + 5
    again.log_on()
    again.expect("A")
    again.expect("2", t7=str(client.sequence), t16="0")


@case
def logon_with_a_low_number():
    client = logged_on()
    client.expect_alive()
    client.log_out()
    again = connect()
    again.sequence = 1
    again.log_on()
    said = again.expect_end()
    assert any(m[35] == "5" and "too low" in m[58] for m in said), said


@case
def logon_with_a_reset_within_a_session():
    client = logged_on()
    client.expect_alive()
    client.sequence = 1
    client.log_on((141, "Y"))
    client.expect("A", t34="1", t141="Y")
    client.expect_alive()


# --- 2: header ---

@case
def number_too_high():
    client = logged_on()
    client.send("1", (112, "beyond"), sequence=client.sequence + 2)
    client.expect("2", t7="2", t16="0")
    for sequence in (2, 3):
        client.send("1", (112, f"late-{sequence}"), sequence=sequence, extra=((43, "Y"), (122, now())))
    client.expect("0", t112="late-2")
    client.expect("0", t112="late-3")
    client.expect("0", t112="beyond")
    client.sequence = 5
    client.expect_alive()


@case
def number_too_low():
    client = logged_on()
    client.expect_alive()
    client.send("0", sequence=2)
    expect_logout(client, "too low, expecting 3 but received 2")


@case
def possible_duplicate():
    client = logged_on()
    client.send("D", *new_order("dup1"))
    client.expect("8", t150="0", t11="dup1")
    # Seen before: nothing happens.
    client.send("D", *new_order("dup1"), sequence=2, extra=((43, "Y"), (122, now(-1))))
    client.expect_alive()
    # Without the first time.
    client.send("0", sequence=2, extra=((43, "Y"),))
    expect_reject(client, 1, 122)
    # Of the future.
    client.send("0", sequence=2, extra=((43, "Y"), (122, now(60))))
    expect_reject(client, 10)
    expect_logout(client)


@case
def possible_resend():
    client = logged_on()
    client.send("D", *new_order("poss1"), extra=((97, "Y"),))
    new = client.expect("8", t150="0", t11="poss1")
    client.send("D", *new_order("poss1"), extra=((97, "Y"),))
    client.expect("8", t150="I", t11="poss1", t37=new[37], t39="0")
    client.send("D", *new_order("poss1"))
    client.expect("8", t150="8", t103="6")


@case
def begin_string_of_another_version():
    client = logged_on()
    client.send_bytes(client.message("0", version="FIX.4.2"))
    expect_logout(client, "BeginString")


@case
def comp_ids_of_somebody_else():
    for wrong in ({"sender": "SOMEBODY"}, {"target": "SOMEBODY"}):
        client = logged_on()
        client.send_bytes(client.message("0", **wrong))
        expect_reject(client, 9)
        expect_logout(client)


@case
def sending_time_that_is_off():
    for seconds in (-200, 200):
        client = logged_on()
        client.send_bytes(client.message("0", time=now(seconds)))
        expect_reject(client, 10)
        expect_logout(client)
    client = logged_on()
    client.send_bytes(client.message("0", time=now(-60)))
    client.send_bytes(client.message("0", time="yesterday"))
    expect_reject(client, 6, 52)


@case
def message_types():
    client = logged_on()
    client.send("ZZ")
    expect_reject(client, 11)
    client.send("8", (37, "1"), (17, "1"), (150, "0"), (39, "0"), (55, "AAPL"), (54, 1), (151, 1), (14, 0), (6, 0))
    client.expect("j", t380="3", t372="8")
    client.expect_alive()


# --- 2, 3: what is garbled is passed over, and its number is missed ---

def expect_passed_over(client, garbled):
    missing = client.sequence - 1
    client.send_bytes(garbled)
    client.send("0")
    client.expect("2", t7=str(missing))
    client.send("4", (123, "Y"), (36, client.sequence), sequence=missing, extra=((43, "Y"), (122, now())))
    client.expect_alive()


@case
def wrong_checksum():
    client = logged_on()
    good = client.message("0")
    expect_passed_over(client, good[:-4] + (b"000\x01" if good[-4:-1] != b"000" else b"001\x01"))
    good = client.message("0")
    expect_passed_over(client, good[:-4] + b"x1\x01")


@case
def wrong_body_length():
    client = logged_on()
    for change in (-3, 3, 40):
        good = client.message("0").decode()
        body = good[good.index(SOH + "35=") + 1:good.rindex("10=")]
        head = f"8=FIX.4.4{SOH}9={len(body) + change}{SOH}{body}"
        expect_passed_over(client, (head + f"10={sum(head.encode()) % 256:03d}{SOH}").encode())
    good = client.message("0").decode()
    body = good[good.index(SOH + "35=") + 1:good.rindex("10=")]
    for length in ("", "abc", "99999999999"):
        head = f"8=FIX.4.4{SOH}9={length}{SOH}{body}"
        client.send_bytes((head + f"10={sum(head.encode()) % 256:03d}{SOH}").encode())
    client.sequence -= 1
    client.expect_alive()


@case
def garbled_messages():
    client = logged_on()
    for garbage in (b"hello", b"8=FIX.4.4\x01", b"8=FIX.4.4\x0135=0\x019=5\x0110=000\x01", b"\x01" * 200,
                    bytes(range(256))):
        client.send_bytes(garbage)
        client.expect_alive()
    # MsgType that is not third.
    body = f"49=BUYSIDE{SOH}35=0{SOH}56=TRADE{SOH}34={client.sequence}{SOH}52={now()}{SOH}"
    head = f"8=FIX.4.4{SOH}9={len(body)}{SOH}{body}"
    client.send_bytes((head + f"10={sum(head.encode()) % 256:03d}{SOH}").encode())
    client.expect_alive()
    # Far more of it in all than may wait at a time.
    for _ in range(40):
        client.send_bytes(b"x" * 30000)
    client.expect_alive()


@case
def split_and_joined_messages():
    client = logged_on()
    for byte in client.message("1", (112, "slow")):
        client.send_bytes(bytes([byte]))
    client.expect("0", t112="slow")
    client.send_bytes(client.message("1", (112, "a")) + client.message("1", (112, "b")) + client.message("1", (112, "c")))
    for mark in "abc":
        client.expect("0", t112=mark)


# --- 4, 5, 6: heartbeats ---

@case
def test_request():
    client = logged_on()
    client.send("1", (112, "hello"))
    client.expect("0", t112="hello")
    client.send("0")
    client.send("0", (112, "unasked"))
    client.expect_alive()
    client.send("1")
    expect_reject(client, 1, 112)


@case
def heartbeats_and_their_absence():
    # Of two seconds: where fixd has no turn for one, it must still ask before the time is over.
    client = logged_on(heartbeat=2)
    started = time.monotonic()
    seen = client.expect_end(timeout=20)
    assert "0" in {m[35] for m in seen} or "1" in {m[35] for m in seen}, seen
    assert any(m[35] == "1" for m in seen), seen
    assert 2 < time.monotonic() - started < 18
    client = logged_on(heartbeat=1)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        message = client.receive()
        assert message is not None and message[35] in "01", message
        client.send("0", *([(112, message[112])] if 112 in message else []))


# --- 7: Reject ---

@case
def reject_is_taken():
    client = logged_on()
    client.send("3", (45, 1), (58, "no"))
    client.expect_alive()


# --- 8: ResendRequest ---

def with_reports(count):
    """A session that was told of so many orders, and what it was told."""
    client = logged_on()
    reports = []
    for i in range(count):
        client.send("D", *new_order(f"r{i}-{time.monotonic_ns()}"))
        reports.append(client.expect("8", t150="0"))
    return client, reports


def body_of(message):
    return message["raw"][message["raw"].index(b"\x011="):message["raw"].rindex(b"\x0110=")]


@case
def resend_is_the_same_bytes():
    client, reports = with_reports(3)
    for begin, end, wanted in ((2, 4, reports), (3, 3, reports[1:2]), (1, 0, reports), (2, 999999, reports)):
        client.send("2", (7, begin), (16, end))
        if begin == 1:
            client.expect("4", t34="1", t36="2", t123="Y", t43="Y")
        for first in wanted:
            again = client.expect("8", t34=first[34], t43="Y", t122=first[52])
            assert body_of(again) == body_of(first), (again, first)
    client.expect_alive()


@case
def resend_of_session_messages_is_a_gap_fill():
    client = logged_on()
    for _ in range(3):
        client.expect_alive()
    client.send("2", (7, 1), (16, 0))
    client.expect("4", t34="1", t36="5", t123="Y", t43="Y")
    client.send("2", (7, 2), (16, 3))
    client.expect("4", t34="2", t36="4")
    client.send("2", (7, 1000), (16, 0))
    client.expect_alive()


@case
def resend_requests_of_both_sides():
    client, reports = with_reports(1)
    client.send("2", (7, 1), (16, 0), sequence=client.sequence + 3)
    client.expect("4", t34="1", t36="2")
    client.expect("8", t34="2", t43="Y")
    client.send("0", sequence=client.sequence + 4)
    client.expect("2", t7=str(client.sequence))


# --- 10, 11: SequenceReset ---

@case
def gap_fill():
    client = logged_on()
    client.send("4", (123, "Y"), (36, 20))
    client.sequence = 20
    client.expect_alive()
    # Too high: it waits until what is before it has come.
    client.send("4", (123, "Y"), (36, 50), sequence=30)
    client.expect("2", t7="21")
    client.send("4", (123, "Y"), (36, 30), sequence=21, extra=((43, "Y"), (122, now())))
    client.sequence = 50
    client.expect_alive()
    # Too low, said before: nothing.
    client.send("4", (123, "Y"), (36, 22), sequence=20, extra=((43, "Y"), (122, now())))
    client.expect_alive()
    # To a number that was passed.
    client.send("4", (123, "Y"), (36, 40))
    expect_reject(client, 5)


@case
def gap_fill_too_low():
    client = logged_on()
    client.expect_alive()
    client.send("4", (123, "Y"), (36, 9), sequence=2)
    expect_logout(client, "too low")


@case
def sequence_reset():
    client = logged_on()
    for kind in (((123, "N"),), ()):
        # The number of a reset does not matter.
        client.send("4", *kind, (36, client.sequence + 100), sequence=3)
        client.sequence += 100
        client.expect_alive()
    client.send("4", (36, client.sequence), sequence=1)
    client.expect_alive()
    client.send("4", (36, 5), sequence=client.sequence)
    expect_reject(client, 5)
    client.expect_alive()


# --- 12, 13: Logout ---

@case
def logout():
    client = logged_on()
    client.send("5", (58, "good bye"))
    client.expect("5")
    client.expect_end()


@case
def logout_out_of_turn_loses_nothing():
    client = logged_on()
    missing = client.sequence
    client.send("5", sequence=missing + 3)
    client.expect("5")
    client.expect_end()
    again = connect()
    again.sequence = missing + 4
    again.log_on()
    again.expect("A")
    again.expect("2", t7=str(missing))


# --- 14: fields ---

@case
def fields_that_are_wrong():
    client = logged_on()
    order = dict(new_order("wrong"))

    def send(changes, dropped=()):
        fields = [(tag, changes.get(tag, value)) for tag, value in order.items() if tag not in dropped]
        fields += [(tag, value) for tag, value in changes.items() if tag not in order]
        client.send("D", *fields)

    for tag in (11, 55, 54, 60, 38, 40):
        send({}, dropped=(tag,))
        expect_reject(client, 1, tag)
    send({9999: "x"})
    expect_reject(client, 0, 9999)
    send({112: "x"})
    expect_reject(client, 2, 112)
    send({44: ""})
    expect_reject(client, 4, 44)
    send({54: "Q"})
    expect_reject(client, 5, 54)
    for tag, value in ((38, "many"), (44, "1.2.3"), (60, "today"), (5002, "maybe")):
        send({tag: value})
        expect_reject(client, 6, tag)
    client.send("D", *new_order("twice"), (11, "twice"))
    expect_reject(client, 13, 11)
    client.send("D", *new_order("late"), (50, "desk"))
    expect_reject(client, 14, 50)
    # Out of all these came no order.
    for name in ("wrong", "twice", "late"):
        client.send("H", (11, name), (55, "AAPL"), (54, 1))
        client.expect("8", t11=name, t39="8", t103="5")


@case
def fields_that_are_right_in_any_order():
    client = logged_on()
    fields = list(new_order(f"order-{time.monotonic_ns()}"))
    client.send("D", *reversed(fields))
    client.expect("8", t150="0")
    client.send_bytes(client.message("D", *new_order(f"order-{time.monotonic_ns()}"), extra=((50, "desk"), (57, "floor"))))
    client.expect("8", t150="0")


# --- who may, and how much ---

@case
def address_that_is_not_allowed():
    client = connect("ELSEWHERE")
    client.log_on((141, "Y"))
    assert client.expect_end() == []
    client = logged_on("HERE")
    client.expect_alive()


@case
def too_many_messages():
    client = logged_on("SLOW")
    for i in range(30):
        client.send("H", (11, "nothing"), (55, "AAPL"), (54, 1))
    answers = [client.receive() for _ in range(30)]
    refused = [m for m in answers if m[35] == "j"]
    assert 5 <= len(answers) - len(refused) <= 20 and refused, answers
    assert all(m[380] == "0" and "a second" in m[58] and m[372] == "H" for m in refused)
    time.sleep(1.1)
    client.send("H", (11, "nothing"), (55, "AAPL"), (54, 1))
    client.expect("8", t39="8")


@case
def too_many_session_messages():
    client = logged_on()
    client.send_bytes(b"".join(client.message("1", (112, str(i))) for i in range(300)))
    seen = client.expect_end()
    assert seen[-1][35] == "5" and "session messages" in seen[-1][58], seen[-1]
    again = logged_on()
    again.expect_alive()


@case
def copies_may_ask_for_nothing():
    client = logged_on("COPIES")
    client.send("D", *new_order("no"))
    client.expect("j", t380="6", t372="D", t379="no")
    client.expect_alive()


@case
def version_four_two():
    client = logged_on("OLDSIDE", "FIX.4.2")
    client.expect_alive()
    client.send("0", sequence=9)
    client.expect("2", t7=str(client.sequence), t16="0")
    client.send("4", (123, "Y"), (36, 9), sequence=client.sequence, extra=((43, "Y"), (122, now())))
    client.sequence = 10
    client.send("D", (11, "only"), (55, "AAPL"))
    expect_reject(client, 1)
    client.expect_alive()
    client.send("0", sequence=2)
    expect_logout(client, "too low")


@case
def idle_connections_keep_nobody_out():
    client = logged_on()
    idle = [socket.create_connection(("127.0.0.1", PORT), source_address=(f"127.0.0.{2 + i % 4}", 0)) for i in range(1100)]
    fresh = logged_on("HERE")
    fresh.expect_alive()
    client.expect_alive()
    # The first have made room, the last may still log on.
    assert idle[0].recv(1) == b""
    idle[-1].setblocking(False)
    try:
        assert idle[-1].recv(1) != b""
    except BlockingIOError:
        pass
    fresh.log_out()
    client.log_out()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        print("\n".join(CASES))
        sys.exit(0)
    try:
        CASES[sys.argv[3]]()
    finally:
        time.sleep(SECONDS_PER_LOGON * len(LOGONS))
    print("ok")
