# A stock grpcio client calls every public method through the gateway with an empty request; none may be unknown there.
import sys

import grpc
from weir_client import compiled, connected, types

address, root, folder, proto, out = sys.argv[1:6]
modules = compiled(proto, out)
access = modules["weir/access/v1/access.proto"].access
channel = connected(address, root, folder)

called = 0
for module in modules.values():
    for service in module.DESCRIPTOR.services_by_name.values():
        for method in service.methods:
            if not method.GetOptions().HasExtension(access):
                continue
            rule = method.GetOptions().Extensions[access]
            if rule.internal or rule.via:
                continue
            request, reply = types(method)
            path = f"/{service.full_name}/{method.name}"
            try:
                if method.server_streaming:
                    next(iter(channel.unary_stream(
                        path, request.SerializeToString, reply.FromString)(request(), timeout=5)), None)
                else:
                    channel.unary_unary(
                        path, request.SerializeToString, reply.FromString)(request(), timeout=20)
            except grpc.RpcError as error:
                # What is followed need not have anything to say.
                if method.server_streaming and error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                    called += 1
                    continue
                if error.code() in (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNKNOWN,
                                    grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE,
                                    grpc.StatusCode.DEADLINE_EXCEEDED):
                    print(f"{path}: {error.code().name}: {error.details()}")
                elif not dict(error.trailing_metadata() or ()).get("weir-reason"):
                    print(f"{path}: {error.code().name} without a reason: {error.details()}")
            called += 1
print(f"called {called}")
