"""Takes the reminders and escalations that a node sends, and believes only what the node has signed.

    python3 notices.py PORT CERTIFICATE KEY KEYLIST ROOT ADDRESS FOLDER

The node calls ADDRESS (https://host:port/path, as its `webhooks` names it) by POST. CERTIFICATE and KEY are this receiver's, PEM. KEYLIST is
the node's signed list of keys (`pki/keylist.note`), ROOT the public key of its evidence root, which you hold yourself. Each notice becomes a
file of FOLDER under its id; one that is there already was sent again, changes nothing, and is answered alike.

Signatures are RFC 9421 with Ed25519 (RFC 8032) over method, address, type, digest (RFC 9530) and idempotency key. Needs the package
`cryptography`; verify_receipt.py lies two folders above.
"""
import base64
import hashlib
import http.server
import json
import os
import re
import ssl
import sys
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from verify_receipt import Key, KeyList, Note  # noqa: E402

COVERED = '"@method" "@target-uri" "content-type" "content-digest" "idempotency-key"'
OLDEST_SECONDS = 300


class Refused(Exception):
    """Why a request is not believed."""


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def keys_of(list_file, root_file):
    """The node's keys in use, by name; the list counts for nothing unless the root signed it."""
    root = Key(read(root_file).split("\n")[0])
    listed = KeyList(Note(read(list_file)), root)
    return {key.name: key.public for key, _, until in listed.entries if until is None}


def check(headers, body, address, keys, now):
    """Returns the notice, or raises Refused."""
    given = re.fullmatch(
        rf'weir=(\({COVERED}\);created=(\d+);keyid="([^"]+)";alg="ed25519")', headers.get("Signature-Input", "")
    )
    signature = re.fullmatch(r"weir=:([A-Za-z0-9+/=]+):", headers.get("Signature", ""))
    if not given or not signature:
        raise Refused("no signature over what must be signed")
    parameters, created, name = given[1], int(given[2]), given[3]
    if abs(now - created) > OLDEST_SECONDS:
        raise Refused("signed too long ago")
    if name not in keys or not name.endswith("/gateway/evidence"):
        raise Refused("not a key of the node's gateway")
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
    base = "\n".join([
        '"@method": POST',
        f'"@target-uri": {address}',
        f'"content-type": {headers.get("Content-Type", "")}',
        f'"content-digest": {digest}',
        f'"idempotency-key": {headers.get("Idempotency-Key", "")}',
        f'"@signature-params": {parameters}',
    ])
    try:
        Ed25519PublicKey.from_public_bytes(keys[name]).verify(base64.b64decode(signature[1]), base.encode())
    except InvalidSignature:
        raise Refused("the signature does not hold") from None
    notice = json.loads(body)
    if notice["id"] != headers["Idempotency-Key"]:
        raise Refused("the id is another than the signed one")
    return notice


class Receiver(http.server.BaseHTTPRequestHandler):
    keys, address, folder = {}, "", ""

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), 1 << 16))
        try:
            notice = check(self.headers, body, self.address, self.keys, time.time())
        except (Refused, ValueError, KeyError) as error:
            return self.answer(403, str(error))
        self.keep(notice, body)
        self.answer(204)

    def keep(self, notice, body):
        """Whole or not at all, so that an answer is never ahead of the file."""
        path = os.path.join(self.folder, notice["id"].replace("/", "_") + ".json")
        if os.path.exists(path):
            return
        with open(path + ".new", "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.rename(path + ".new", path)

    def answer(self, status, text=""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def serve(handler, arguments):
    port, certificate, key, key_list, root, handler.address, handler.folder = arguments
    handler.keys = keys_of(key_list, root)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(Receiver, sys.argv[1:])
