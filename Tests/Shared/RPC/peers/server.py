# The conformance service on a stock grpcio server. Usage: server.py GENERATED CERTIFICATES; prints "listening PORT" and ends with
# its standard input.
import concurrent.futures
import os
import sys
import time

import grpc

generated, certificates = sys.argv[1:]
sys.path.insert(0, generated)
import conformance_pb2 as pb  # noqa: E402
import conformance_pb2_grpc as stubs  # noqa: E402


def read(name):
    with open(f"{certificates}/{name}", "rb") as file:
        return file.read()


def echo_metadata(context):
    for name, value in context.invocation_metadata():
        if name == "x-weir-echo":
            context.send_initial_metadata([(name, value)])
        elif name == "x-weir-echo-bin":
            context.set_trailing_metadata([(name, value)])


def end_if_asked(request, context):
    if request.status_code:
        code = next(code for code in grpc.StatusCode if code.value[0] == request.status_code)
        context.abort(code, request.status_message)


def answers(request, context):
    for part in request.parts:
        time.sleep(part.delay_ms / 1000)
        if not part.compressed:
            context.disable_next_message_compression()
        yield pb.Answer(body=bytes(part.size))


class Conformance(stubs.ConformanceServicer):
    def Empty(self, request, context):
        return pb.Nothing()

    def Unary(self, request, context):
        if request.answer_compressed:
            context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        end_if_asked(request, context)
        return pb.Answer(body=bytes(request.answer_size))

    def Output(self, request, context):
        context.set_compression(grpc.Compression.Gzip)
        yield from answers(request, context)

    def Input(self, requests, context):
        return pb.Answer(received_size=sum(len(request.body) for request in requests))

    def Duplex(self, requests, context):
        echo_metadata(context)
        for request in requests:
            end_if_asked(request, context)
            yield from answers(request, context)


server = grpc.server(concurrent.futures.ThreadPoolExecutor(32))
stubs.add_ConformanceServicer_to_server(Conformance(), server)
credentials = grpc.ssl_server_credentials(
    [(read("server.key"), read("server.pem"))], read("root.pem"), require_client_auth=True)
print("listening", server.add_secure_port("127.0.0.1:0", credentials))
server.start()
sys.stdout.flush()
sys.stdin.read()
# Without waiting for handlers that sleep.
os._exit(0)
