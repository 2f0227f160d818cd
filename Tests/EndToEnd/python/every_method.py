# A stock grpcio client calls every public method through the gateway with an empty request; none may be unknown there.
import importlib
import os
import sys

import grpc
from google.protobuf import message_factory
from grpc_tools import protoc

address, root, folder, proto, out = sys.argv[1:6]
sys.path.insert(0, out)
files = [os.path.relpath(os.path.join(where, name), proto)
         for where, _, names in os.walk(os.path.join(proto, "weir")) for name in names]
arguments = ["protoc", f"-I{proto}", f"-I{os.path.dirname(protoc.__file__)}/_proto", f"--python_out={out}"]
if protoc.main(arguments + files) != 0:
    sys.exit("the protos do not compile")
modules = {name: importlib.import_module(name[:-len(".proto")].replace("/", ".") + "_pb2") for name in files}
access = modules["weir/access/v1/access.proto"].access


def read(name):
    with open(name, "rb") as file:
        return file.read()


credentials = grpc.ssl_channel_credentials(
    read(root), read(f"{folder}/key.pem"), read(f"{folder}/cert.pem"))
channel = grpc.secure_channel(address, credentials)
grpc.channel_ready_future(channel).result(timeout=20)

called = 0
for module in modules.values():
    for service in module.DESCRIPTOR.services_by_name.values():
        for method in service.methods:
            if not method.GetOptions().HasExtension(access):
                continue
            rule = method.GetOptions().Extensions[access]
            if rule.internal or rule.via:
                continue
            request = message_factory.GetMessageClass(method.input_type)()
            reply = message_factory.GetMessageClass(method.output_type)
            path = f"/{service.full_name}/{method.name}"
            try:
                channel.unary_unary(
                    path, type(request).SerializeToString, reply.FromString)(request, timeout=20)
            except grpc.RpcError as error:
                if error.code() in (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNKNOWN,
                                    grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE,
                                    grpc.StatusCode.DEADLINE_EXCEEDED):
                    print(f"{path}: {error.code().name}: {error.details()}")
                elif not dict(error.trailing_metadata() or ()).get("weir-reason"):
                    print(f"{path}: {error.code().name} without a reason: {error.details()}")
            called += 1
print(f"called {called}")
