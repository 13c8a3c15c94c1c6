"""FIX over TLS against a running fixd: fix_tls.py PORT CERTIFICATE."""
import socket
import ssl
import sys

from fix_client import Client

port, certificate = int(sys.argv[1]), sys.argv[2]


def context():
    made = ssl.create_default_context(cafile=certificate)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


class TlsClient(Client):
    tls = None

    def connect(self):
        line = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.socket = (self.tls or context()).wrap_socket(line, server_hostname="localhost")
        self.buffer = b""


client = TlsClient(port, "BUYSIDE", "open-sesame")
assert client.socket.version() in ("TLSv1.2", "TLSv1.3")
client.log_on((141, "Y"))
client.expect("A")
client.order("t1", 1, 10, (40, 2), (44, "149.00"))
client.expect("8", t150="0", t11="t1")
# Much at once, both ways.
for number in range(300):
    client.order(f"m{number}", 1, 1, (40, 2), (44, "140.00"))
for number in range(300):
    client.expect("8", t150="0", t11=f"m{number}")

# A session that may come from elsewhere only gets no answer, by this door too.
other = TlsClient(port, "ELSEWHERE", "open-sesame")
other.log_on((141, "Y"))
other.expect_end()

# Plain FIX at this door, and old TLS, come to nothing.
plain = Client(port, "BUYSIDE", "open-sesame")
plain.log_on((141, "Y"))
plain.socket.settimeout(10)
assert b"35=A" not in plain.socket.recv(65536)
plain.expect_end()
old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
old.set_ciphers("ALL:@SECLEVEL=0")
old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
try:
    old.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10))
    raise AssertionError("TLS 1.1 was accepted")
except (ssl.SSLError, ConnectionError):
    pass

client.send("5")
client.expect("5")
client.expect_end()
print("ok")
