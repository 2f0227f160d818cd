"""A witness that is not ours, written from C2SP tlog-witness and tlog-cosignature alone.

usage: foreign_witness.py NAME LOG_VKEY CERT KEY

Prints one line of JSON {"key": vkey, "url": prefix} and serves POST /add-checkpoint over HTTPS until it is killed.
"""

import base64
import hashlib
import http.server
import json
import ssl
import struct
import sys
import threading
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def key_id(name, algorithm, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


class Refused(Exception):
    def __init__(self, status, body=b"", kind="text/plain"):
        self.status, self.body, self.kind = status, body, kind


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def consistent(first, second, first_root, second_root, proof):
    """RFC 9162 section 2.1.4.2."""
    if first == 0:
        return not proof
    if first == second:
        return not proof and first_root == second_root
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            sr = node(sr, c)
        fn >>= 1
        sn >>= 1
    return sn == 0 and fr == first_root and sr == second_root


class Witness:
    def __init__(self, name, log):
        origin, _, material = log.split("+", 2)
        material = base64.b64decode(material, validate=True)
        assert material[0] == 1, "an Ed25519 log key"
        self.origin, self.log_public = origin, material[1:]
        self.name, self.private = name, Ed25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes_raw()
        self.seen = (0, None)
        self.turn = threading.Lock()

    @property
    def vkey(self):
        identity = key_id(self.name, 4, self.public).hex()
        material = base64.b64encode(bytes([4]) + self.public).decode()
        return f"{self.name}+{identity}+{material}"

    def add_checkpoint(self, body):
        head, _, rest = body.partition(b"\n\n")
        lines = head.decode().split("\n")
        word, _, old = lines[0].partition(" ")
        if word != "old" or not old.isdigit() or str(int(old)) != old or len(lines) > 64:
            raise Refused(400)
        old, proof = int(old), [base64.b64decode(line, validate=True) for line in lines[1:]]
        text, _, signatures = rest.partition(b"\n\n")
        text += b"\n"
        origin, size, root = text.decode().split("\n")[:3]
        size, root = int(size), base64.b64decode(root, validate=True)
        if origin != self.origin:
            raise Refused(404)
        if not self.signed(text, signatures.decode()):
            raise Refused(403)
        if old > size:
            raise Refused(400)
        with self.turn:
            known, known_root = self.seen
            if old != known:
                raise Refused(409, f"{known}\n".encode(), "text/x.tlog.size")
            if known == size and known_root not in (None, root):
                raise Refused(409, f"{known}\n".encode(), "text/x.tlog.size")
            if not consistent(known, size, known_root, root, proof):
                raise Refused(422)
            self.seen = (size, root)
        now = int(time.time())
        signature = self.private.sign(f"cosignature/v1\ntime {now}\n".encode() + text)
        blob = key_id(self.name, 4, self.public) + struct.pack(">Q", now) + signature
        return f"— {self.name} {base64.b64encode(blob).decode()}\n".encode()

    def signed(self, text, signatures):
        for line in signatures.splitlines():
            dash, name, blob = line.split(" ")
            blob = base64.b64decode(blob, validate=True)
            if dash != "—" or name != self.origin:
                continue
            if blob[:4] != key_id(name, 1, self.log_public):
                continue
            try:
                Ed25519PublicKey.from_public_bytes(self.log_public).verify(blob[4:], text)
                return True
            except InvalidSignature:
                return False
        return False


def main(name, log, certificate, key):
    witness = Witness(name, log)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                if self.path != "/w/add-checkpoint":
                    raise Refused(404)
                status, kind, answer = 200, "text/plain", witness.add_checkpoint(body)
            except Refused as refused:
                status, kind, answer = refused.status, refused.kind, refused.body
            except (ValueError, UnicodeDecodeError):
                status, kind, answer = 400, "text/plain", b""
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = f"https://127.0.0.1:{server.server_address[1]}/w"
    print(json.dumps({"key": witness.vkey, "url": url}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
