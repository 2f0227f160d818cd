# A stock grpcio client leaves in the middle of every kind of call, then takes a batch up where it stands and ends it.
import sys
import threading
import time

import grpc
from weir_client import compiled, connected, stating, types

address, root, folder, proto, out, batch, file, rows, system, actor = sys.argv[1:11]
methods = compiled(proto, out)["weir/ingest/v1/ingest.proto"].DESCRIPTOR.services_by_name[
    "Ingest"].methods_by_name
channel = connected(address, root, folder)
stated = stating(folder, system, actor)
with open(file, "rb") as source:
    content = source.read()


def as_is(message):
    return message


def ended(call):
    # Done on this side; what the other side does is seen at its end.
    assert call.code() == grpc.StatusCode.CANCELLED, call.code()


def requests(first, leave):
    yield first
    leave.wait()


# A server stream, after its first message.
for _ in range(20):
    watch = channel.unary_stream("/grpc.health.v1.Health/Watch", as_is, as_is)(b"")
    next(watch)
    watch.cancel()
    ended(watch)

# Both ways, after one message each.
for _ in range(20):
    leave = threading.Event()
    talk = channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", as_is, as_is)(
            requests(b"\x3a\x00", leave))
    next(talk)
    talk.cancel()
    leave.set()
    ended(talk)

upload_path = "/weir.ingest.v1.Ingest/UploadChunk"
upload_type, _ = types(methods["UploadChunk"])
get_type, batch_type = types(methods["GetBatch"])
get = channel.unary_unary("/weir.ingest.v1.Ingest/GetBatch", get_type.SerializeToString, batch_type.FromString)
upload = channel.unary_unary(upload_path, upload_type.SerializeToString, as_is)


def next_chunk():
    return get(get_type(name=batch), timeout=20, metadata=stated).next_chunk


def chunk(number):
    return upload_type(batch=batch, number=number, first_line=2 + (number - 1) * int(rows),
                       rows=int(rows), content=content)


# A client stream that is opened and never says a word, on its way to the service behind the gateway.
for _ in range(10):
    leave = threading.Event()
    silent = channel.stream_unary(upload_path, as_is, as_is).future(
        (leave.wait() and b"" for _ in range(1)), metadata=stated)
    time.sleep(0.005)
    silent.cancel()
    leave.set()
    ended(silent)

# Uploads that are left at once, at work, and when they may be done.
for delay in [0, 0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16]:
    leaving = upload.future(chunk(next_chunk()), timeout=20, metadata=stated)
    time.sleep(delay)
    leaving.cancel()

# Taken up where it stands: whatever came of those, the next number is told.
while next_chunk() <= 14:
    upload(chunk(next_chunk()), timeout=20, metadata=stated)
print(f"next {next_chunk()}")
