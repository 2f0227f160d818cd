"""Python's protobuf as a judge of Weir's messages: an implementation that shares no code with ours.

    oracle.py SET generate SEED COUNT    random messages: type, bytes, JSON
    oracle.py SET mutate SEED COUNT      damaged messages: type, bytes, whether Python reads them
    oracle.py SET verify                 reads type, bytes, our bytes, our JSON; says what differs

SET is a FileDescriptorSet. Types come on standard input, one per line, before anything else, ended by an empty line.
"""

import base64
import random
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor as F
from google.protobuf.message import DecodeError

INTEGERS = {
    F.TYPE_INT32: (-(2**31), 2**31 - 1), F.TYPE_SINT32: (-(2**31), 2**31 - 1),
    F.TYPE_SFIXED32: (-(2**31), 2**31 - 1), F.TYPE_UINT32: (0, 2**32 - 1),
    F.TYPE_FIXED32: (0, 2**32 - 1), F.TYPE_INT64: (-(2**63), 2**63 - 1),
    F.TYPE_SINT64: (-(2**63), 2**63 - 1), F.TYPE_SFIXED64: (-(2**63), 2**63 - 1),
    F.TYPE_UINT64: (0, 2**64 - 1), F.TYPE_FIXED64: (0, 2**64 - 1),
}
LETTERS = "aZ09 \"\\/\n\t\x00\x1f\x7f<>&é堰㐀\u2028\ufeff\U00020000\U0001f600"


def text(rng):
    return "".join(rng.choice(LETTERS) for _ in range(rng.choice([0, 1, 3, 12, 200])))


def integer(rng, low, high):
    return rng.choice([low, high, 0, 1, max(low, -1), rng.randint(low, high), rng.randint(0, 300)])


def scalar(rng, field):
    if field.type in INTEGERS:
        return integer(rng, *INTEGERS[field.type])
    if field.type == F.TYPE_BOOL:
        return rng.random() < 0.7
    if field.type == F.TYPE_STRING:
        return text(rng)
    if field.type == F.TYPE_BYTES:
        return rng.randbytes(rng.choice([0, 1, 2, 3, 16, 700]))
    if field.type == F.TYPE_ENUM:
        known = [value.number for value in field.enum_type.values]
        return rng.choice(known + [7777, -5])
    if field.type in (F.TYPE_DOUBLE, F.TYPE_FLOAT):
        return rng.choice([0.0, -0.0, 1.5, -2.25, 1e20, 2.0**-30, float("inf"), float("-inf")])
    raise AssertionError(field.full_name)


def fill(rng, message, depth=0):
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Timestamp":
        message.seconds = integer(rng, -62135596800, 253402300799)
        message.nanos = rng.choice([0, 1, 999999999, 500000000, 123456000, 7000000])
        return
    if name == "google.protobuf.Duration":
        sign = rng.choice([1, -1])
        message.seconds = sign * rng.choice([0, 1, 315576000000 - 1])
        message.nanos = sign * rng.choice([0, 1, 999999999, 250000000])
        return
    if name == "google.protobuf.Any":
        # Not ErrorInfo: Python writes a map's empty strings, we do not, and an Any holds bytes.
        inside = CLASSES["google.rpc.LocalizedMessage"]()
        fill(rng, inside, depth + 1)
        message.Pack(inside)
        return
    for field in message.DESCRIPTOR.fields:
        if rng.random() < 0.35:
            continue
        if field.type == F.TYPE_MESSAGE and field.message_type.GetOptions().map_entry:
            # One entry: the order of several is nobody's promise.
            for _ in range(rng.randint(0, 1)):
                getattr(message, field.name)[text(rng)] = text(rng)
        elif field.is_repeated:
            for _ in range(rng.choice([0, 1, 2, 5]) if depth < 3 else 1):
                if field.type == F.TYPE_MESSAGE:
                    fill(rng, getattr(message, field.name).add(), depth + 1)
                else:
                    getattr(message, field.name).append(scalar(rng, field))
        elif field.type == F.TYPE_MESSAGE:
            sub = getattr(message, field.name)
            sub.SetInParent()
            fill(rng, sub, depth + 1)
        else:
            setattr(message, field.name, scalar(rng, field))


def damaged(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5])):
        kind = rng.randrange(5)
        at = rng.randrange(len(data)) if data else 0
        if kind == 0 and data:
            data[at] = rng.randrange(256)
        elif kind == 1 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            data[at:at] = rng.randbytes(rng.choice([1, 2, 9]))
        elif data:
            del data[at : at + rng.choice([1, 3])]
    return bytes(data)


def varint(data, at):
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def is_peculiar(data, descriptor):
    """Where protobuf-c reads what Python refuses, and no harm comes of it.

    Of a key with more than 32 bits it takes the low ones; what a later string or message replaces it never looks at.
    """
    at, seen = 0, set()
    try:
        while at < len(data):
            key, at = varint(data, at)
            field = descriptor.fields_by_number.get(key >> 3)
            if key >= 2**32:
                return True
            if key & 7 == 0:
                _, at = varint(data, at)
            elif key & 7 == 2:
                length, at = varint(data, at)
                content = data[at : at + length]
                at += length
                if field is None:
                    continue
                if field.type == F.TYPE_STRING and not field.is_repeated:
                    if field.number in seen:
                        return True
                    seen.add(field.number)
                if field.type == F.TYPE_MESSAGE:
                    if not field.is_repeated and field.number in seen:
                        return True
                    seen.add(field.number)
                    if is_peculiar(content, field.message_type):
                        return True
            elif key & 7 in (1, 5):
                at += 8 if key & 7 == 1 else 4
            else:
                return False
    except IndexError:
        pass
    return False


def encode64(data):
    return base64.b64encode(data).decode() or "-"


def decode64(word):
    return b"" if word == "-" else base64.b64decode(word)


def reads(cls, data):
    try:
        cls().ParseFromString(data)
        return True
    except DecodeError:
        return False


def verify(lines):
    for line in lines:
        name, original, ours, ours_json = line.split()
        cls = CLASSES[name]
        expected, message = cls(), cls()
        expected.ParseFromString(decode64(original))
        message.ParseFromString(decode64(ours))
        if message != expected:
            print(f"{name}: our bytes of {original} say {message}")
        try:
            parsed = json_format.Parse(decode64(ours_json).decode(), cls(), descriptor_pool=POOL)
        except json_format.ParseError as error:
            print(f"{name}: our JSON of {original}: {error}")
            continue
        if parsed != expected:
            print(f"{name}: our JSON of {original} says {parsed}")


with open(sys.argv[1], "rb") as file:
    SET = descriptor_pb2.FileDescriptorSet.FromString(file.read())
POOL = descriptor_pool.DescriptorPool()
for proto in SET.file:
    POOL.Add(proto) if hasattr(POOL, "Add") else POOL.AddSerializedFile(proto.SerializeToString())
TYPES = list(iter(lambda: sys.stdin.readline().strip(), ""))
CLASSES = {
    name: message_factory.GetMessageClass(POOL.FindMessageTypeByName(name))
    for name in TYPES + ["google.rpc.LocalizedMessage"]
}

if sys.argv[2] == "verify":
    verify(sys.stdin)
else:
    RNG = random.Random(int(sys.argv[3]))
    for number in range(int(sys.argv[4])):
        type_name = TYPES[number % len(TYPES)]
        value = CLASSES[type_name]()
        fill(RNG, value)
        wire = value.SerializeToString()
        if sys.argv[2] == "mutate":
            wire = damaged(RNG, wire)
            if is_peculiar(wire, value.DESCRIPTOR):
                continue
            print(type_name, encode64(wire), "good" if reads(CLASSES[type_name], wire) else "bad")
        else:
            document = json_format.MessageToJson(value, indent=None, descriptor_pool=POOL)
            print(type_name, encode64(wire), encode64(document.encode()))
