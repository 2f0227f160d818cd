# A stock grpcio client calls the echo server of the RPC tests, with a client certificate. Prints "ok" or says what differs.
import os
import sys

import grpc

# WEIR_TEST_PATIENCE: how many times as long everything may take.
PATIENCE = int(os.environ.get("WEIR_TEST_PATIENCE", "1"))
address, folder = sys.argv[1], sys.argv[2]


def read(name):
    with open(f"{folder}/{name}", "rb") as file:
        return file.read()


def expect(what, value, wanted):
    if value != wanted:
        sys.exit(f"{what}: got {value!r}, wanted {wanted!r}")


credentials = grpc.ssl_channel_credentials(read("root.pem"), read("client.key"), read("client.pem"))
channel = grpc.secure_channel(address, credentials)
grpc.channel_ready_future(channel).result(timeout=20 * PATIENCE)


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    sys.exit("a call that must fail came through")


unary = channel.unary_unary("/test.Echo/Unary")
reply, call = unary.with_call(
    b"hello", timeout=20 * PATIENCE, metadata=[("x-echo", "a b"), ("x-echo-bin", b"\x00\xff\x01\x02")])
expect("reply", reply, b"hello")
trailers = dict(call.trailing_metadata())
expect("text trailer", trailers["x-echo"], "a b")
expect("binary trailer", trailers["x-echo-bin"], b"\x00\xff\x01\x02")
for size in (0, 1, 16 << 10, 1 << 20, 3 << 20):
    expect(f"{size} bytes", len(unary(b"x" * size, timeout=20 * PATIENCE)), size)

who = channel.unary_unary("/test.Echo/WhoAmI")(b"", timeout=20 * PATIENCE).decode()
expect("identity", who, "spiffe://weir.test/department/police/system/roll 0")

error = failure(lambda: channel.unary_unary("/test.Echo/Fail")(b"", timeout=20 * PATIENCE))
expect("code", error.code(), grpc.StatusCode.FAILED_PRECONDITION)
expect("message", error.details(), "50 % nein, 没有 \n")
trailers = dict(error.trailing_metadata())
expect("details", trailers["grpc-status-details-bin"], b"\x08\x09")
expect("reason", trailers["weir-reason"], "test.no")

error = failure(lambda: channel.unary_unary("/test.Echo/Fault")(b"", timeout=20 * PATIENCE))
expect("fault code", error.code(), grpc.StatusCode.INTERNAL)
error = failure(lambda: channel.unary_unary("/test.Echo/Nothing")(b"", timeout=20 * PATIENCE))
expect("unknown method", error.code(), grpc.StatusCode.UNIMPLEMENTED)
error = failure(lambda: channel.unary_unary("/test.Echo/Wait")(b"", timeout=0.5))
expect("deadline", error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)

received = list(channel.stream_stream("/test.Echo/Bidi")(
    (bytes([n % 256]) * n for n in range(0, 4000, 37)), timeout=20 * PATIENCE))
expect("bidirectional", [len(message) for message in received], list(range(0, 4000, 37)))
total = channel.stream_unary("/test.Echo/Collect")((b"x" * 50_000 for _ in range(100)), timeout=20 * PATIENCE)
expect("client streaming", total, b"5000000")
call = channel.unary_stream("/test.Echo/Expand")(b"1000", timeout=20 * PATIENCE)
expect("headers", dict(call.initial_metadata())["x-count"], "1000")
expect("server streaming", [m.decode() for m in call], [f"item {n}" for n in range(1000)])
call = channel.unary_stream("/test.Echo/FailAfterTwo")(b"", timeout=20 * PATIENCE)
received = []
try:
    for message in call:
        received.append(message)
except grpc.RpcError as error:
    expect("late failure", error.code(), grpc.StatusCode.ABORTED)
expect("before the failure", received, [b"\x01", b"\x02"])
call = channel.unary_stream("/test.Echo/Flood")(b"", timeout=20 * PATIENCE)
next(call)
call.cancel()
print("ok")
