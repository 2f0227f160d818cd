"""Reads a published log as any outside tool would, by C2SP tlog-tiles alone, and holds it to pymerkle.

usage: outside_reader.py FOLDER < {"inclusions": [{index, size, path}], "consistencies": [{old, size, path}]}

`path` are hexadecimal hashes as Weir gave them. Prints what was checked as one line of JSON.
"""

import base64
import json
import os
import sys

from pymerkle import InclusionProof, InmemoryTree
from pymerkle.core import _inclusion_path_layout


def place(number):
    """`x001/x234/067` (tlog-tiles: groups of three digits, all but the last with an x)."""
    text = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        text = f"x{number % 1000:03}/{text}"
    return text


def read(folder, level, number, width):
    path = os.path.join(folder, "tile", str(level), place(number))
    if width < 256 and os.path.exists(f"{path}.p/{width}"):
        path = f"{path}.p/{width}"
    with open(path, "rb") as file:
        return file.read()


def entries(folder, size):
    """Bundles of 256: each entry after its length in two bytes."""
    found = []
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        bundle, offset = read(folder, "entries", number, width), 0
        for _ in range(width):
            length = int.from_bytes(bundle[offset : offset + 2], "big")
            found.append(bundle[offset + 2 : offset + 2 + length])
            offset += 2 + length
        # A full bundle may stand where a partial one was asked for.
        assert offset == len(bundle) or width < 256, "the bundle's end"
        assert len(found[-1]) == 32 and length == 32, "a commitment"
    return found


def check_tiles(folder, tree, size):
    """Each hash of each tile is the root of its 256^level leaves."""
    checked, level, nodes = 0, 0, size
    while nodes:
        for number in range((nodes + 255) // 256):
            width = min(256, nodes - number * 256)
            tile = read(folder, level, number, width)
            for offset in range(width):
                index, span = number * 256 + offset, 256**level
                expected = tree._get_root(index * span, (index + 1) * span)
                assert tile[offset * 32 : offset * 32 + 32] == expected, (level, index)
                checked += 1
        level, nodes = level + 1, nodes // 256
    return checked


def check_inclusion(tree, proof):
    """Weir's path, in pymerkle's form: the leaf's own hash first."""
    index, size = proof["index"] + 1, proof["size"]
    path = [tree.get_leaf(index)] + [bytes.fromhex(text) for text in proof["path"]]
    rule, _ = _inclusion_path_layout(index, size)
    InclusionProof("sha256", True, size, index, rule, path).verify(
        tree.get_leaf(index), tree.get_root(size), index=index, size=size, algorithm="sha256"
    )


def rfc6962_proof(tree, old, start, end, is_whole=True):
    """SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2, its hashes pymerkle's."""
    size = end - start
    if old == size:
        return [] if is_whole else [tree._get_root(start, end)]
    half = 1 << ((size - 1).bit_length() - 1)
    if old <= half:
        rest = rfc6962_proof(tree, old, start, start + half, is_whole)
        return rest + [tree._get_root(start + half, end)]
    rest = rfc6962_proof(tree, old - half, start + half, end, False)
    return rest + [tree._get_root(start, start + half)]


def check_consistency(tree, proof):
    """pymerkle's own proofs take the tree apart otherwise than RFC 6962 does; so Weir's must be the RFC's of pymerkle's tree, and
    pymerkle must find its own to join the same two states."""
    old, size = proof["old"], proof["size"]
    assert [bytes.fromhex(text) for text in proof["path"]] == rfc6962_proof(tree, old, 0, size)
    tree.prove_consistency(old, size).verify(
        tree.get_root(old), tree.get_root(size), old, size, algorithm="sha256"
    )


def main(folder):
    asked = json.load(sys.stdin)
    with open(os.path.join(folder, "checkpoint"), encoding="utf-8") as file:
        origin, size, root = file.read().split("\n")[:3]
    size, root = int(size), base64.b64decode(root)
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries(folder, size):
        tree.append_entry(entry)
    assert tree.get_root(size) == root, "the checkpoint's root"
    tiles = check_tiles(folder, tree, size)
    for proof in asked["inclusions"]:
        check_inclusion(tree, proof)
    for proof in asked["consistencies"]:
        check_consistency(tree, proof)
    print(
        json.dumps(
            {
                "origin": origin,
                "size": size,
                "tile_hashes": tiles,
                "inclusions": len(asked["inclusions"]),
                "consistencies": len(asked["consistencies"]),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
