"""Looks one person up under a grant, with stock grpcio, and keeps the receipt.

    python3 lookup.py GATEWAY ROOT IDENTITY SYSTEM CLERK GRANT PURPOSE CASE RECEIPT < PERSON

GATEWAY is host:port; ROOT the service root (ca.pem); IDENTITY a folder with cert.pem (with its chain) and key.pem of SYSTEM
(departments/d/systems/s); CLERK who works at it (departments/d/persons/p). PERSON has two lines: the identity number, the name.
They are read from a file because arguments of programs are seen by everybody on the machine.

The modules below are made of the contracts: python3 -m grpc_tools.protoc -I proto --python_out=. $(cd proto && find weir -name '*.proto')
"""
import subprocess
import sys
import time

import grpc
from weir.ingest.v1 import ingest_pb2
from weir.share.v1 import share_pb2


def read(name):
    with open(name, "rb") as file:
        return file.read()


def block(number):
    """16 bytes for an identity number (GB 11643): 1, then its first 17 digits as a big-endian integer."""
    return bytes([1]) + int(number[:17]).to_bytes(15, "big")


def person_token(key, system, actor, seconds=600):
    """Who acts at the system, signed with its key (deploy/PERSON-TOKENS.md); Python's own library has no ECDSA, openssl has."""
    stated = f"weir-person-token-v1\n{system}\n{actor}\n{int(time.time()) + seconds}\n".encode()
    signed = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", key], input=stated, capture_output=True, check=True)
    return stated + signed.stdout


gateway, root, identity, system, clerk, grant, purpose, case, receipt = sys.argv[1:10]
number, name = sys.stdin.read().split("\n")[:2]

channel = grpc.secure_channel(gateway, grpc.ssl_channel_credentials(
    read(root), read(identity + "/key.pem"), read(identity + "/cert.pem")))
lookup = channel.unary_unary(
    "/weir.share.v1.Share/Lookup",
    share_pb2.LookupRequest.SerializeToString, share_pb2.LookupResponse.FromString)
try:
    answer = lookup(share_pb2.LookupRequest(
        grant=grant, subject=ingest_pb2.Subject(block=block(number), person_name=name),
        purpose=purpose, case_number=case), timeout=10,
        metadata=[("weir-person-token-bin", person_token(identity + "/key.pem", system, clerk))])
except grpc.RpcError as refusal:
    trailers = dict(refusal.trailing_metadata() or ())
    sys.exit(f"{refusal.code().name}: {refusal.details()}\n"
             f"{trailers.get('weir-reason', '')} {trailers.get('weir-article', '')}")

for record in answer.records:
    for value in record.values:
        print(f"{value.item}={value.value}")
for notice in answer.notices:
    print(f"! {notice.chinese}")
with open(receipt, "wb") as file:
    file.write(answer.receipt.json)
