"""Drives a running fixd: fix_session.py PORT PASSWORD CASE."""
import sys

from fix_client import Client, encode, now

port, password, case = int(sys.argv[1]), sys.argv[2], sys.argv[3]


def logged_on(version="FIX.4.4", comp_id="BUYSIDE"):
    client = Client(port, comp_id, password, version)
    client.log_on((141, "Y"))
    client.expect("A")
    return client


def orders(client):
    client.order("o1", 1, 100, (40, 2), (44, "150.00"))
    new = client.expect("8", t150="0", t39="0", t11="o1", t151="100", t14="0")
    client.order("o1", 1, 100, (40, 2), (44, "150.00"))
    client.expect("8", t150="8", t39="8", t103="6")
    client.order("o1", 1, 100, (40, 2), (44, "150.00"), extra=((97, "Y"),))
    client.expect("8", t39="0", t37=new[37])
    client.send("H", (11, "o1"), (55, "AAPL"), (54, 1))
    client.expect("8", t39="0", t37=new[37])
    client.send("H", (11, "nobody"), (55, "AAPL"), (54, 1))
    client.expect("8", t39="8", t103="5")
    client.send("G", (41, "o1"), (11, "o2"), (21, 1), (55, "AAPL"), (54, 1), (60, now()), (38, 60), (40, 2), (44, "149.50"))
    client.expect("8", t150="5", t11="o2", t41="o1", t38="60", t44="149.50")
    client.send("F", (41, "o2"), (11, "o3"), (55, "AAPL"), (54, 1), (60, now()))
    client.expect("8", t150="4", t39="4", t11="o3", t41="o2", t151="0")
    client.send("F", (41, "o2"), (11, "o4"), (55, "AAPL"), (54, 1), (60, now()))
    client.expect("9", t102="0", t39="4", t434="1")
    client.send("F", (41, "never"), (11, "o5"), (55, "AAPL"), (54, 1), (60, now()))
    client.expect("9", t102="1", t37="NONE")
    client.order("o6", 1, 10, (40, 2), (44, "150.00"), symbol="NONE")
    client.expect("8", t39="8", t103="1")
    # Texts that no request to tradingd could hold are answered at once all the same.
    client.order("o8", 1, 10, (40, 2), (44, "150.00"), symbol="N" * 400)
    client.expect("8", t39="8", t103="1", t11="o8")
    client.send("F", (41, "n" * 400), (11, "o9"), (55, "AAPL"), (54, 1), (60, now()))
    client.expect("9", t102="1", t11="o9")
    client.order("o7", 1, 10, (40, 2))
    client.expect("8", t39="8")


if case == "day":
    for version, comp_id in (("FIX.4.4", "BUYSIDE"), ("FIX.4.2", "OLDSIDE")):
        client = Client(port, comp_id, password, version)
        client.log_on((141, "Y"))
        client.expect("A")
        if version == "FIX.4.4":
            orders(client)
            client.order("m1", 1, 5, (40, 2), (44, "149.00"))
            client.expect("8", t150="0")
            client.send("AF", (584, "s1"), (585, 7))
            client.expect("8", t11="m1", t584="s1", t911="1", t912="Y")
            client.send("q", (11, "q1"), (530, 7), (60, now()))
            client.expect("r", t531="7", t533="1")
            client.expect("8", t150="4", t11="m1")
        else:
            client.order("old1", 1, 1, (40, 2), (44, "140.00"))
            client.expect("8", t150="0", t20="0", t39="0")
        client.send("5")
        client.expect("5")
elif case == "fill":
    client = logged_on()
    client.order("f1", 1, 10, (40, 2), (44, "151.00"))
    client.expect("8", t150="0")
    client.expect("8", t150="F", t39="1", t32="4", t31="150.50", t14="4", t151="6", t6="150.50")
    client.send("5")
    client.expect("5")
elif case == "away":
    # The one whose report is missed: the next logon asks for it.
    client = Client(port, "BUYSIDE", password)
    client.sequence = int(sys.argv[4])
    client.log_on()
    logon = client.expect("A")
    client.send("2", (7, 1), (16, 0))
    seen = []
    while not any(message.get(11) == "f1" and message.get(39) == "4" for message in seen):
        seen.append(client.receive())
        assert seen[-1] is not None and seen[-1].get(43) == "Y", seen[-1]
elif case == "session":
    for wrong in ("password", "comp_id", "not_logon"):
        client = Client(port, "BUYSIDE" if wrong != "comp_id" else "NOBODY", "wrong-password" if wrong == "password" else password)
        if wrong == "not_logon":
            client.send("0")
        else:
            client.log_on((141, "Y"))
        client.expect_end()
    client = logged_on()
    client.send("1", (112, "hello"))
    client.expect("0", t112="hello")
    # A bad checksum is garbled: passed over, and its number is missed by the next.
    good = encode("FIX.4.4", [(35, "0"), (49, "BUYSIDE"), (56, "TRADE"), (34, client.sequence), (52, now())])
    client.socket.sendall(good[:-4] + (b"000\x01" if good[-4:-1] != b"000" else b"001\x01"))
    client.send("0", sequence=client.sequence + 1)
    client.expect("2", t7=str(client.sequence))
    client.send("4", (123, "Y"), (36, client.sequence + 2), extra=((43, "Y"), (122, now())))
    client.sequence += 1
    client.send("1", (112, "again"))
    client.expect("0", t112="again")
    # A required tag that is missing, a repeated one, an unknown type.
    client.send("D", (11, "x1"), (21, 1), (55, "AAPL"), (60, now()), (38, 1), (40, 1))
    client.expect("3", t371="54", t373="1")
    client.send("D", (11, "x2"), (11, "x2"), (21, 1), (55, "AAPL"), (54, 1), (60, now()), (38, 1), (40, 1))
    client.expect("3", t371="11", t373="13")
    client.send("1")
    client.expect("3", t371="112")
    # PossDup of one that was seen is nothing; a low number without it ends the session.
    client.send("0", sequence=2, extra=((43, "Y"), (122, now())))
    client.send("1", (112, "still"))
    client.expect("0", t112="still")
    client.send("0", sequence=2)
    client.expect("5")
    client.expect_end()
print("ok")
