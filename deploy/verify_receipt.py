#!/usr/bin/env python3
"""Verifies receipts of Weir with nothing but Python's standard library (3.9 or later). 用 Python 标准库离线验证堰的回执。

    verify_receipt.py --root-key root.key [--last-checkpoint kept.note] [--witness-policy policy] RECEIPT...
    verify_receipt.py --self-test

A receipt proves that a service of the platform wrote one entry, and, once it has a place in the log, that the entry stands
in the log that everybody sees. It is believed only as far as the evidence root's public key, which you hold yourself,
reaches; the checkpoint that you kept shows whether the log was rewritten since; a policy (C2SP tlog-policy) says whose
cosignatures you ask for besides.

Formats: C2SP signed-note, tlog-checkpoint, tlog-cosignature; RFC 6962 trees; RFC 8785 JSON; RFC 8032 Ed25519.
Prints one line of JSON for each receipt. Ends with 0 when all hold, 7 when one does not, 2 for wrong arguments.
"""

import argparse
import base64
import hashlib
import json
import re
import sys


class Broken(Exception):
    """What does not hold, in Chinese and English."""

    def __init__(self, chinese, english):
        super().__init__(english)
        self.chinese, self.english = chinese, english


# Ed25519 (RFC 8032 section 5.1): verification only, so nothing secret depends on how long it takes.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z (section 5.1.4)."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def decompress(encoded):
    """The point of 32 bytes (section 5.1.3); None for bytes that are none's."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def compress(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signature(public, message, signature):
    """Section 5.1.7."""
    point = decompress(public)
    if point is None or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(hashed, "little") % L
    minus = (P - point[0], point[1], 1, P - point[3])
    return compress(add(multiply(s, BASE), multiply(k, minus))) == signature[:32]


# Texts: each has one spelling, and every other is refused.


def decode64(text):
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        raise Malformed() from None
    if base64.b64encode(decoded).decode() != text:
        raise Malformed()
    return decoded


def number(text):
    if not re.fullmatch(r"0|[1-9][0-9]{0,19}", text) or int(text) >= 1 << 64:
        raise Malformed()
    return int(text)


class Malformed(Exception):
    pass


class Key:
    """A verifier key `name+hash+key` (C2SP signed-note)."""

    def __init__(self, text):
        parts = text.split("+", 2)
        if len(parts) != 3 or not is_name(parts[0]) or not re.fullmatch("[0-9a-fA-F]{8}", parts[1]):
            raise Malformed()
        self.name, material = parts[0], decode64(parts[2])
        if len(material) != 33 or material[0] not in (1, 4):
            raise Malformed()
        self.algorithm, self.public = material[0], material[1:]
        self.hash = hashlib.sha256(self.name.encode() + b"\n" + material).digest()[:4]
        if self.hash.hex() != parts[1].lower():
            raise Malformed()

    def signs(self, text, signature):
        if self.algorithm == 1:
            return is_signature(self.public, text.encode(), signature)
        if len(signature) != 72:
            return False
        time = int.from_bytes(signature[:8], "big")
        message = f"cosignature/v1\ntime {time}\n{text}"
        return is_signature(self.public, message.encode(), signature[8:])


def is_name(name):
    return name != "" and not re.search(r"[+\s\x00-\x1f\x7f]", name)


class Note:
    """A signed note: its text and the lines under it."""

    def __init__(self, text):
        if not isinstance(text, str) or len(text.encode()) > 1 << 20 or not text.endswith("\n"):
            raise Malformed()
        gap = text.rfind("\n\n")
        if gap < 0 or re.search(r"[\x00-\x09\x0b-\x1f]", text):
            raise Malformed()
        self.text, self.lines = text[: gap + 1], []
        lines = text[gap + 2 : -1].split("\n")
        if len(lines) > 100:
            raise Malformed()
        for line in lines:
            match = re.fullmatch(r"— ([^ ]+) ([^ ]+)", line)
            if not match or not is_name(match[1]):
                raise Malformed()
            blob = decode64(match[2])
            if len(blob) <= 4:
                raise Malformed()
            self.lines.append((match[1], blob[:4], blob[4:]))

    def signers(self, keys):
        """The keys that have signed; a line in the name of a known key that does not hold is an error."""
        found = []
        for name, identity, signature in self.lines:
            key = next((k for k in keys if (k.name, k.hash) == (name, identity)), None)
            if key is None or key in found:
                continue
            if not key.signs(self.text, signature):
                raise Broken(f"{name} 的签名无效。", f"The signature of {name} does not hold.")
            found.append(key)
        return found

    def cosigners(self, keys):
        """The keys that have signed; other lines are passed over."""
        return [
            key
            for key in keys
            if any(
                (name, identity) == (key.name, key.hash) and key.signs(self.text, signature)
                for name, identity, signature in self.lines
            )
        ]


# Trees (RFC 6962 section 2.1; verification as in RFC 9162 sections 2.1.3.2 and 2.1.4.2).


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_included(entry, index, size, root, path):
    if index >= size:
        return False
    node, last, result = index, size - 1, leaf_hash(entry)
    for part in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(part, result)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, part)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def is_consistent(old, old_root, size, root, path):
    if old > size:
        return False
    if old == 0:
        return not path and old_root == hashlib.sha256().digest()
    if old == size:
        return not path and old_root == root
    parts = [old_root] + path if old & (old - 1) == 0 else list(path)
    if not parts:
        return False
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_result = result = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_result, result = node_hash(part, old_result), node_hash(part, result)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, part)
        node, last = node >> 1, last >> 1
    return last == 0 and old_result == old_root and result == root


# JSON as evidence has it: RFC 8785, integers only, no name twice.


def strict_json(text):
    def pairs(members):
        result = dict(members)
        if len(result) != len(members):
            raise Malformed()
        return result

    def integer(digits):
        if digits == "-0" or abs(int(digits)) > 2**53 - 1:
            raise Malformed()
        return int(digits)

    def refuse(_):
        raise Malformed()

    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_int=integer, parse_float=refuse, parse_constant=refuse
        )
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Malformed() from None
    return value


def canonical(value):
    if isinstance(value, dict):
        # By UTF-16 code units (RFC 8785 section 3.2.3).
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        inner = ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names)
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


# Weir's own notes.


class KeyList:
    """`weir-keys/1`, domain, number, second of making, then `<from> <until> <key>` lines."""

    def __init__(self, note, root):
        lines = text_lines(note.text)
        if len(lines) < 4 or lines[0] != "weir-keys/1":
            raise Malformed()
        self.domain, self.number = lines[1], number(lines[2])
        number(lines[3])
        if root.name != self.domain + "/root":
            raise Broken(
                f"回执出自 {self.domain}，与您持有的根密钥不属同一信任域。",
                f"The receipt is of {self.domain}, not of the domain whose root key you hold.",
            )
        if not note.signers([root]):
            raise Broken(
                "密钥清单不是由您持有的根密钥签发。",
                "The key list is not signed by the root key that you hold.",
            )
        self.entries = []
        for line in lines[4:]:
            fields = line.split(" ")
            if len(fields) != 3:
                raise Malformed()
            until = None if fields[1] == "-" else number(fields[1])
            self.entries.append((Key(fields[2]), number(fields[0]), until))

    def signer(self, note, name, chinese, english):
        """The listed key of a name that signed the note, with its term."""
        entries = [entry for entry in self.entries if entry[0].name == name]
        found = note.signers([entry[0] for entry in entries])
        for entry in entries:
            if entry[0] in found:
                return entry
        raise Broken(chinese, english)


def text_lines(text):
    return text[:-1].split("\n")


class Checkpoint:
    """C2SP tlog-checkpoint."""

    def __init__(self, text):
        lines = text_lines(text)
        if len(lines) < 3 or not all(lines):
            raise Malformed()
        self.origin, self.size, self.root = lines[0], number(lines[1]), decode64(lines[2])
        if len(self.root) != 32:
            raise Malformed()


class Policy:
    """C2SP tlog-policy."""

    def __init__(self, text):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        for line in text.split("\n"):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            kind, rest = words[0], words[1:]
            if kind == "log" and len(rest) in (1, 2):
                self.logs.append(Key(rest[0]))
            elif kind == "witness" and len(rest) in (2, 3):
                self.witnesses[rest[0]] = Key(rest[1])
            elif kind == "group" and len(rest) > 2:
                members = rest[2:]
                needed = {"any": 1, "all": len(members)}.get(rest[1])
                self.groups[rest[0]] = (number(rest[1]) if needed is None else needed, members)
            elif kind == "quorum" and len(rest) == 1 and self.quorum is None:
                self.quorum = rest[0]
            else:
                raise Malformed()
        if self.quorum is None:
            raise Malformed()

    def require(self, note):
        keys = note.cosigners(list(self.witnesses.values()))
        names = {name for name, key in self.witnesses.items() if key in keys}

        def holds(name):
            if name in self.groups:
                needed, members = self.groups[name]
                return sum(holds(member) for member in members) >= needed
            return name in names

        is_logs = not self.logs or note.signers(self.logs)
        if not is_logs or (self.quorum != "none" and not holds(self.quorum)):
            raise Broken(
                "见证者会签不足。",
                "Too few witnesses signed the checkpoint: " + (", ".join(sorted(names)) or "none"),
            )


ORIGIN = r"[a-z0-9-]{1,40}/[a-z0-9-]{1,40}/[0-9a-f]{32}"


def hashes(value):
    if not isinstance(value, list) or len(value) > 64:
        raise Malformed()
    decoded = [decode64(text) if isinstance(text, str) else b"" for text in value]
    if any(len(item) != 32 for item in decoded):
        raise Malformed()
    return decoded


def count(value):
    if type(value) is not int or value < 0:
        raise Malformed()
    return value


def verify(content, root, kept=None, policy=None):
    """What a receipt proves; raises Broken or Malformed."""
    try:
        receipt = strict_json(content.decode())
    except UnicodeDecodeError:
        raise Malformed() from None
    if not isinstance(receipt, dict) or receipt.get("format") != "weir-receipt/1":
        raise Malformed()
    keys = KeyList(Note(receipt.get("keys")), root)
    note, sequence, path = Note(receipt.get("note")), count(receipt.get("sequence")), receipt.get("path")
    salt, payload = receipt.get("salt"), receipt.get("payload")
    if not isinstance(salt, str) or not isinstance(payload, str):
        raise Malformed()
    salt = decode64(salt)
    if len(salt) != 32:
        raise Malformed()
    commitment = hashlib.sha256(salt + payload.encode()).digest()
    lines = text_lines(note.text)
    if len(lines) != 5 or lines[0] != "weir-receipt/1" or not re.fullmatch(ORIGIN, lines[1]):
        raise Malformed()
    first, last, group_root = number(lines[2]), number(lines[3]), decode64(lines[4])
    if not 0 < first <= last or len(group_root) != 32:
        raise Malformed()
    if not first <= sequence <= last or not is_included(
        commitment, sequence - first, last - first + 1, group_root, hashes(path)
    ):
        raise Broken(
            "条目不在所签的一组之中：内容、盐值、序号或路径被改动。",
            "The entry is not in the group that was signed: payload, salt, sequence or path was changed.",
        )
    entry = strict_json(payload)
    if canonical(entry) != payload:
        raise Malformed()
    _, since, until = keys.signer(
        note,
        f"{keys.domain}/{lines[1].split('/')[0]}/evidence",
        "回执的签名不是由清单中该服务的密钥所作。",
        "The receipt is not signed by a listed key of the service that it names.",
    )
    time = entry.get("time") if isinstance(entry, dict) else None
    is_dated = type(time) is int
    # Truncated toward zero.
    seconds = (abs(time) // 1000 * (1 if time >= 0 else -1)) if is_dated else None
    is_late = is_dated and not (since <= seconds and (until is None or seconds < until))
    if is_late or (not is_dated and until is not None):
        raise Broken("条目的时间不在签名密钥的有效期内。", "The entry's time lies outside the term of the key that signed.")
    checkpoint, log = None, receipt.get("log")
    if "log" in receipt:
        checkpoint = place(log, keys, commitment)
    elif until is not None or kept or policy:
        raise Broken("回执尚无入日志的证明。", "The receipt has no place in the log yet.")
    if policy:
        policy.require(Note(log["checkpoint"]))
    if kept:
        compare(checkpoint, log, kept, keys)
    return {
        "holds": True,
        "domain": keys.domain,
        "origin": lines[1],
        "sequence": sequence,
        "payload": entry,
        "in_log": checkpoint is not None,
        "index": log["index"] if checkpoint else None,
        "log_size": checkpoint.size if checkpoint else None,
    }


def place(log, keys, commitment):
    """The checkpoint under which the entry stands in the log."""
    if not isinstance(log, dict):
        raise Malformed()
    note, index, path = Note(log.get("checkpoint")), count(log.get("index")), hashes(log.get("path"))
    if "grown" in log:
        grown = log["grown"]
        if not isinstance(grown, dict):
            raise Malformed()
        count(grown.get("size"))
        hashes(grown.get("path"))
    checkpoint = signed_checkpoint(note, keys)
    if not is_included(commitment, index, checkpoint.size, checkpoint.root, path):
        raise Broken("条目不在回执所附检查点的日志中。", "The entry is not in the log that the receipt's checkpoint states.")
    return checkpoint


def signed_checkpoint(note, keys):
    key, _, _ = keys.signer(
        note,
        keys.domain + "/audit",
        "检查点不是由清单中的日志密钥签署。",
        "The checkpoint is not signed by a listed key of the log.",
    )
    checkpoint = Checkpoint(note.text)
    if checkpoint.origin != key.name:
        raise Broken("检查点属于另一日志。", "The checkpoint is of another log.")
    return checkpoint


def compare(checkpoint, log, kept, keys):
    held = signed_checkpoint(kept, keys)
    if held.size == checkpoint.size:
        path = []
    elif log.get("grown", {}).get("size") == held.size:
        path = hashes(log["grown"]["path"])
    else:
        raise Broken(
            "回执中没有与您留存的检查点相连的证明；请运行 weir audit prove --last-checkpoint。",
            "The receipt holds no proof that joins its checkpoint to yours; run weir audit prove --last-checkpoint.",
        )
    old, new = sorted([held, checkpoint], key=lambda one: one.size)
    if not is_consistent(old.size, old.root, new.size, new.root, path):
        raise Broken(
            "回执的检查点与您留存的检查点不是同一日志的先后状态：日志被改写。",
            "The receipt's checkpoint and yours are not states of one growing log: it was rewritten.",
        )


# RFC 8032 section 7.1: public key, message, signature of TEST 1, 2, 3 and SHA(abc).
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
        "454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]


def expect(condition):
    if not condition:
        raise SystemExit("the self-test failed: do not trust this copy")


def self_test():
    for public, message, signature in VECTORS:
        public, message, signature = (bytes.fromhex(text) for text in (public, message, signature))
        expect(is_signature(public, message, signature))
        expect(not is_signature(public, message + b"\x00", signature))
        for place in range(0, 64, 7):
            wrong = bytearray(signature)
            wrong[place] ^= 1
            expect(not is_signature(public, message, bytes(wrong)))
        # The same point, but a second spelling of the scalar (section 5.1.7, step 1).
        second = int.from_bytes(signature[32:], "little") + L
        expect(not is_signature(public, message, signature[:32] + second.to_bytes(32, "little")))
    print(json.dumps({"vectors": len(VECTORS), "holds": True}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--root-key", metavar="FILE")
    parser.add_argument("--last-checkpoint", metavar="FILE")
    parser.add_argument("--witness-policy", metavar="FILE")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("receipts", nargs="*", metavar="RECEIPT")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if not options.root_key or not options.receipts:
        parser.error("--root-key and a receipt are needed")

    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    try:
        root = Key(read(options.root_key).strip("\n"))
        kept = Note(read(options.last_checkpoint)) if options.last_checkpoint else None
        policy = Policy(read(options.witness_policy)) if options.witness_policy else None
    except (OSError, UnicodeDecodeError, Malformed) as error:
        parser.error(f"one of your own files cannot be used: {error}")
    status = 0
    for path in options.receipts:
        try:
            with open(path, "rb") as file:
                found = verify(file.read(), root, kept, policy)
        except OSError as error:
            parser.error(str(error))
        except Malformed:
            found = {"holds": False, "zh": "不是回执，或已损坏。", "en": "It is no receipt, or it is damaged."}
        except Broken as broken:
            found = {"holds": False, "zh": broken.chinese, "en": broken.english}
        if not found["holds"]:
            status = 7
        print(json.dumps({"file": path, **found}, ensure_ascii=False))
    return status


if __name__ == "__main__":
    sys.exit(main())
