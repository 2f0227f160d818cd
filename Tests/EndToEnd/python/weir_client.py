# What the stock Python clients of the tests share: messages compiled from the protos, and a channel with a certificate.
import importlib
import os
import subprocess
import sys
import time

import grpc
from google.protobuf import message_factory
from grpc_tools import protoc


def compiled(proto, out):
    """The modules of every proto of Weir, by file name."""
    sys.path.insert(0, out)
    files = [os.path.relpath(os.path.join(where, name), proto)
             for where, _, names in os.walk(os.path.join(proto, "weir")) for name in names]
    arguments = ["protoc", f"-I{proto}", f"-I{os.path.dirname(protoc.__file__)}/_proto",
                 f"--python_out={out}"]
    if protoc.main(arguments + files) != 0:
        sys.exit("the protos do not compile")
    return {name: importlib.import_module(name[:-len(".proto")].replace("/", ".") + "_pb2")
            for name in files}


def connected(address, root, folder):
    """A channel in the name of whose certificate lies in the folder."""
    def read(name):
        with open(name, "rb") as file:
            return file.read()

    credentials = grpc.ssl_channel_credentials(
        read(root), read(f"{folder}/key.pem"), read(f"{folder}/cert.pem"))
    channel = grpc.secure_channel(address, credentials)
    grpc.channel_ready_future(channel).result(timeout=20)
    return channel


def stating(folder, system, actor):
    """Metadata by which a system says who acts (deploy/PERSON-TOKENS.md)."""
    stated = f"weir-person-token-v1\n{system}\n{actor}\n{int(time.time()) + 600}\n".encode()
    signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"{folder}/key.pem"],
                            input=stated, capture_output=True, check=True)
    return [("weir-person-token-bin", stated + signed.stdout)]


def types(method):
    """Classes of a method's request and reply."""
    return (message_factory.GetMessageClass(method.input_type),
            message_factory.GetMessageClass(method.output_type))
