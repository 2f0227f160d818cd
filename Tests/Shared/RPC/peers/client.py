# Every conformance case with a stock grpcio client. Usage: client.py GENERATED ADDRESS CERTIFICATES; prints "ok <case>" for each.
import concurrent.futures
import os
import sys

import grpc

generated, address, certificates = sys.argv[1:]
sys.path.insert(0, generated)
import conformance_pb2 as pb  # noqa: E402
import conformance_pb2_grpc as stubs  # noqa: E402

# Seconds that a call may take; WEIR_TEST_PATIENCE times as many where all is slow.
LIMIT = 20 * int(os.environ.get("WEIR_TEST_PATIENCE", "1"))
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


def read(name):
    with open(f"{certificates}/{name}", "rb") as file:
        return file.read()


credentials = grpc.ssl_channel_credentials(read("root.pem"), read("client.key"), read("client.pem"))
channel = grpc.secure_channel(address, credentials)
grpc.channel_ready_future(channel).result(timeout=LIMIT)
stub = stubs.ConformanceStub(channel)


def expect(value, wanted):
    assert value == wanted, f"got {value!r}, wanted {wanted!r}"


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("a call that must fail came through")


def zeros(size, **fields):
    return pb.Request(body=bytes(size), **fields)


def answered(*sizes, compressed=False, **fields):
    return pb.Request(parts=[pb.Part(size=size, compressed=compressed) for size in sizes], **fields)


def sizes(answers):
    return [len(answer.body) for answer in answers]


def empty_unary():
    expect(stub.Empty(pb.Nothing(), timeout=LIMIT), pb.Nothing())


def large_unary():
    expect(stub.Unary(zeros(271828, answer_size=314159), timeout=LIMIT).body, bytes(314159))


def client_streaming():
    requests = (zeros(size) for size in (27182, 8, 1828, 45904))
    expect(stub.Input(requests, timeout=LIMIT).received_size, 74922)


def server_streaming():
    wanted = [31415, 9, 2653, 58979]
    expect(sizes(stub.Output(answered(*wanted), timeout=LIMIT)), wanted)


def ping_pong():
    import queue
    requests = queue.Queue()
    call = stub.Duplex(iter(requests.get, None), timeout=LIMIT)
    for request, answer in ((27182, 31415), (8, 9), (1828, 2653), (45904, 58979)):
        requests.put(answered(answer, body=bytes(request)))
        expect(len(next(call).body), answer)
    requests.put(None)
    expect(list(call), [])


def empty_stream():
    expect(list(stub.Duplex(iter(()), timeout=LIMIT)), [])


def timeout_on_sleeping_server():
    request = pb.Request(body=bytes(27182), parts=[pb.Part(size=1, delay_ms=60_000)])
    error = failure(lambda: list(stub.Duplex(iter([request]), timeout=0.05)))
    expect(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)


def cancel_after_begin():
    import threading
    never = threading.Event()
    call = stub.Input.future((zeros(1) for _ in iter(lambda: never.wait(), None)))
    call.cancel()
    never.set()
    expect(call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response():
    import queue
    requests = queue.Queue()
    call = stub.Duplex(iter(requests.get, None), timeout=LIMIT)
    requests.put(answered(31415))
    expect(len(next(call).body), 31415)
    call.cancel()
    expect(failure(lambda: next(call)).code(), grpc.StatusCode.CANCELLED)
    requests.put(None)


def ends_with(code, message):
    request = pb.Request(status_code=code.value[0], status_message=message)
    for call in (lambda: stub.Unary(request, timeout=LIMIT),
                 lambda: list(stub.Duplex(iter([request]), timeout=LIMIT))):
        error = failure(call)
        expect((error.code(), error.details()), (code, message))


def status_code_and_message():
    ends_with(grpc.StatusCode.UNKNOWN, "test status message")


def special_status_message():
    ends_with(grpc.StatusCode.UNKNOWN, SPECIAL)


def unimplemented_method():
    error = failure(lambda: stub.Unimplemented(pb.Nothing(), timeout=LIMIT))
    expect(error.code(), grpc.StatusCode.UNIMPLEMENTED)


def unimplemented_service():
    error = failure(lambda: stubs.AbsentStub(channel).Unimplemented(pb.Nothing(), timeout=LIMIT))
    expect(error.code(), grpc.StatusCode.UNIMPLEMENTED)


def custom_metadata():
    sent = [("x-weir-echo", "test_initial_metadata_value"), ("x-weir-echo-bin", b"\xab\xab\xab")]
    reply, unary = stub.Unary.with_call(pb.Request(answer_size=3), metadata=sent, timeout=LIMIT)
    duplex = stub.Duplex(iter([answered(3)]), metadata=sent, timeout=LIMIT)
    expect(sizes(duplex), [3])
    for call in (unary, duplex):
        expect(dict(call.initial_metadata())["x-weir-echo"], "test_initial_metadata_value")
        expect(dict(call.trailing_metadata())["x-weir-echo-bin"], b"\xab\xab\xab")


def concurrent_large_streams():
    def one(_):
        requests = (answered(100_000, body=bytes(100_000)) for _ in range(20))
        expect(sizes(stub.Duplex(requests, timeout=LIMIT)), [100_000] * 20)

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        list(threads.map(one, range(8)))


def long_lived_channel():
    for size in range(500):
        expect(len(stub.Unary(zeros(size, answer_size=size), timeout=LIMIT).body), size)


def client_compressed_unary():
    # First a claim that is not true: a server that can tell must say so.
    error = failure(lambda: stub.Unary(zeros(271828, body_compressed=True), timeout=LIMIT))
    expect(error.code(), grpc.StatusCode.INVALID_ARGUMENT)
    for compression, claim in ((grpc.Compression.Gzip, True), (grpc.Compression.NoCompression, False)):
        reply = stub.Unary(
            zeros(271828, body_compressed=claim, answer_size=314159), compression=compression, timeout=LIMIT)
        expect(len(reply.body), 314159)


def server_compressed_unary():
    for compressed in (True, False):
        request = zeros(271828, answer_compressed=compressed, answer_size=314159)
        expect(stub.Unary(request, timeout=LIMIT).body, bytes(314159))


def client_compressed_streaming():
    requests = (zeros(size, body_compressed=True) for size in (27182, 45904))
    reply = stub.Input(requests, compression=grpc.Compression.Gzip, timeout=LIMIT)
    expect(reply.received_size, 73086)


def server_compressed_streaming():
    request = pb.Request(parts=[pb.Part(size=31415, compressed=True), pb.Part(size=92653)])
    expect(sizes(stub.Output(request, timeout=LIMIT)), [31415, 92653])


for case in (
        empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream,
        timeout_on_sleeping_server, cancel_after_begin, cancel_after_first_response,
        status_code_and_message, special_status_message, unimplemented_method, unimplemented_service,
        custom_metadata, concurrent_large_streams, long_lived_channel, client_compressed_unary,
        server_compressed_unary, client_compressed_streaming, server_compressed_streaming):
    try:
        case()
        print("ok", case.__name__)
    except Exception as error:
        print("failed", case.__name__, repr(error))
