# Bytes that no client sends, at the gateway's port. Exits with what went wrong.
import random
import socket
import ssl
import sys

address, root, certificate, key = sys.argv[1:5]
host, port = address.rsplit(":", 1)
chance = random.Random(17)


def context(with_certificate):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.load_verify_locations(root)
    made.set_alpn_protocols(["h2"])
    if with_certificate:
        made.load_cert_chain(certificate, key)
    return made


def plain(payload):
    """Clear text: no answer but an alert or the end."""
    with socket.create_connection((host, int(port)), timeout=15) as link:
        link.sendall(payload)
        link.shutdown(socket.SHUT_WR)
        try:
            while link.recv(4096):
                pass
        except ConnectionError:
            pass


def secured(payload, with_certificate=True):
    """Over TLS: what came back, or None where the handshake was refused."""
    try:
        with socket.create_connection((host, int(port)), timeout=15) as raw:
            with context(with_certificate).wrap_socket(raw, server_hostname=host) as link:
                link.sendall(payload)
                answer = b""
                while len(answer) < 1 << 20:
                    part = link.recv(4096)
                    if not part:
                        return answer
                    answer += part
                return answer
    except (ssl.SSLError, ConnectionError):
        return None


preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
settings = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"

plain(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
plain(chance.randbytes(2000))
if secured(preface + settings, with_certificate=False):
    sys.exit("a client without a certificate was answered")
# A frame of 16 MiB - 1, a frame cut short, random frames, no preface: each connection ends, none hangs.
for payload in (
        preface + settings + b"\xff\xff\xff\x00\x00\x00\x00\x00\x01",
        preface + settings + b"\x00\x10\x00\x01\x04\x00\x00\x00\x01" + b"\x82",
        preface + chance.randbytes(5000),
        chance.randbytes(5000)):
    try:
        secured(payload)
    except TimeoutError:
        # The frame that was cut short waits for its rest, within the gateway's own limits.
        if not payload.endswith(b"\x82"):
            sys.exit("a connection with broken frames was left open")
