#!/usr/bin/env python3
"""Genome format version 1, as docs/genome-format.md specifies it. Shares no code with the Rust crate.

    python3 reference.py                  print the golden vectors
    python3 reference.py --check v1.json  exit 1 when the file differs from them
"""

import hashlib
import json
import sys

EVENTS = {"GENESIS": b"\x01\x00", "TEACH": b"\x01\x01", "ASK": b"\x01\x02", "FORGET": b"\x01\x03"}
NAMES = {code: name for name, code in EVENTS.items()}
KINDS = ["none", "exact", "similar"]
SCORES = [range(0, 1), range(1_000_000, 1_000_001), range(0, 1_000_001)]  # one range of scores for each kind
GENESIS_PREVIOUS = b"kolibri genome" + bytes(17) + b"\x01"


class Rejected(Exception):
    """Carries the name of the rule that was broken."""


def require(holds, rule):
    if not holds:
        raise Rejected(rule)


def u32(number):
    return number.to_bytes(4, "big")


def u64(number):
    return number.to_bytes(8, "big")


def number(data):
    return int.from_bytes(data, "big")


def block_hash(block):
    return hashlib.sha256(b"\x00" + block).digest()


def content_digest(salt, content):
    return hashlib.sha256(b"\x02" + salt + content).digest()


def write_block(index, time, code, digest, previous):
    return u64(index) + u64(time) + code + digest + previous


def read_block(block):
    require(len(block) == 82, "length")
    require(block[16:18] in NAMES, "event")
    return number(block[0:8]), number(block[8:16]), NAMES[block[16:18]], block[18:50], block[50:82]


def write_content(event, content):
    if event == "GENESIS":
        return bytes.fromhex(content["genome_id"])
    if event == "TEACH":
        texts = [content[field].encode("utf-8") for field in ("stimulus", "response")]
        return b"".join(u32(len(text)) + text for text in texts)
    if event == "ASK":
        kind = KINDS.index(content["match"])
        return bytes([kind]) + u64(int(content.get("block", 0))) + u32(content["score"])
    return b"".join(u64(int(block)) for block in content["erased"])


def read_content(event, data):
    if event == "GENESIS":
        require(len(data) == 16, "malformed")
        return {"genome_id": data.hex()}
    if event == "TEACH":
        texts = []
        for _ in range(2):
            require(len(data) >= 4 and len(data) - 4 >= number(data[:4]), "malformed")
            end = 4 + number(data[:4])
            try:
                texts.append(data[4:end].decode("utf-8"))
            except UnicodeDecodeError:
                raise Rejected("malformed") from None
            data = data[end:]
        require(not data, "malformed")
        return {"stimulus": texts[0], "response": texts[1]}
    if event == "ASK":
        require(len(data) == 13 and data[0] <= 2, "malformed")
        kind, block, score = data[0], number(data[1:9]), number(data[9:])
        require(score in SCORES[kind] and (kind != 0 or block == 0), "malformed")
        named = {"block": str(block)} if kind else {}
        return {"match": KINDS[kind], **named, "score": score}
    blocks = [number(data[at:at + 8]) for at in range(0, len(data), 8)]
    require(data and len(data) % 8 == 0 and blocks == sorted(set(blocks)), "malformed")
    return {"erased": [str(block) for block in blocks]}


def verify(genome):
    """Walks a whole genome, a list of (block, stored hash, salt, content); Rejected names the first fault."""
    head = None
    events, erased, listed = [], set(), set()
    for block, stored, salt, content in genome:
        require(block_hash(block) == stored, "hash")
        index, time, event, digest, previous = read_block(block)
        require(index == len(events), "index")
        if head is None:
            require(event == "GENESIS" and previous == GENESIS_PREVIOUS, "genesis")
        else:
            require(previous == head[1], "link")
            require(event != "GENESIS", "second genesis")
            require(time >= head[0], "time")
        head = time, stored
        if not any(salt) and not any(content):
            erased.add(index)
        else:
            require(len(salt) == 32 and content_digest(salt, content) == digest, "digest")
            fields = read_content(event, content)
            named = fields.get("erased", []) + ([fields["block"]] if "block" in fields else [])
            require(all(int(other) < index for other in named), "reference")
            require(all(events[int(other)] == "TEACH" for other in named), "reference type")
            listed.update(map(int, fields.get("erased", [])))
        events.append(event)
    require(erased == listed, "erasure")


def rejected_for(rule, check, *arguments):
    """Makes sure that this implementation rejects what the vectors call rejected."""
    try:
        check(*arguments)
    except Rejected as rejected:
        assert str(rejected) == rule, f"rejected for {rejected}, not for {rule}"
    else:
        raise AssertionError(f"accepted, though it breaks {rule}")


T = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z
FRANCE = "capital of France?"
INPUTS = [
    ("the genome begins", T, "GENESIS", {"genome_id": "00112233445566778899aabbccddeeff"}),
    ("Cyrillic and an emoji of two code points", T + 1, "TEACH",
     {"stimulus": "\u043a\u0430\u043a \u0434\u0435\u043b\u0430? \U0001f44b\U0001f3fd",
      "response": "\u0445\u043e\u0440\u043e\u0448\u043e"}),
    ("the same time as the block before", T + 1, "TEACH", {"stimulus": FRANCE, "response": "Lyon"}),
    ("the same stimulus again replaces the answer", T + 2_000_000_000, "TEACH",
     {"stimulus": FRANCE, "response": "Paris"}),
    ("an exact match", T + 3_000_000_000, "ASK", {"match": "exact", "block": "3", "score": 1_000_000}),
    ("a similar stimulus", T + 3_000_000_001, "ASK", {"match": "similar", "block": "1", "score": 734_512}),
    ("no match", T + 3_000_000_002, "ASK", {"match": "none", "score": 0}),
    ("two blocks forgotten at once", T + 4_000_000_000, "FORGET", {"erased": ["1", "2"]}),
    ("the clock went back; a decomposed letter and control characters stay as they are", T, "TEACH",
     {"stimulus": "\u0438\u0306", "response": "one\n\ttwo \"three\" \\"}),
]

EDGES = [
    ("two empty texts", "TEACH", {"stimulus": "", "response": ""}),
    ("NUL, byte order mark and the last code point", "TEACH",
     {"stimulus": "\x00", "response": "\ufeff\U0010ffff"}),
    ("the largest block number, the smallest score", "ASK",
     {"match": "similar", "block": str(2**64 - 1), "score": 0}),
    ("a similar stimulus with the score of an exact match", "ASK",
     {"match": "similar", "block": "0", "score": 1_000_000}),
    ("the smallest and the largest block number", "FORGET", {"erased": ["0", str(2**64 - 1)]}),
]

MALFORMED = [
    ("15 bytes of identity", "GENESIS", "00" * 15),
    ("17 bytes of identity", "GENESIS", "00" * 17),
    ("nothing at all", "TEACH", ""),
    ("a length that ends early", "TEACH", "0000000161000000"),
    ("a text longer than the bytes that are left", "TEACH", "00000001" + "61" + "00000002" + "62"),
    ("a byte after the response", "TEACH", "00000001" + "61" + "00000001" + "62" + "00"),
    ("lengths that count characters, not bytes", "TEACH", "00000001" + "d0b9" + "00000001" + "d0b9"),
    ("a byte that is never UTF-8", "TEACH", "00000001" + "ff" + "00000000"),
    ("an overlong spelling of NUL", "TEACH", "00000002" + "c080" + "00000000"),
    ("half of a surrogate pair", "TEACH", "00000003" + "eda080" + "00000000"),
    ("an unknown kind of match", "ASK", "03" + "0000000000000001" + "000f4240"),
    ("no match, but a block", "ASK", "00" + "0000000000000001" + "00000000"),
    ("no match, but a score", "ASK", "00" + "0000000000000000" + "00000001"),
    ("an exact match with a lower score", "ASK", "01" + "0000000000000001" + "000f423f"),
    ("an exact match with a higher score", "ASK", "01" + "0000000000000001" + "000f4241"),
    ("a similar stimulus with a score above one million", "ASK", "02" + "0000000000000001" + "000f4241"),
    ("a byte too few", "ASK", "01" + "0000000000000001" + "000f42"),
    ("a byte too many", "ASK", "01" + "0000000000000001" + "000f4240" + "00"),
    ("no block at all", "FORGET", ""),
    ("half a block number", "FORGET", "00000001"),
    ("descending order", "FORGET", "0000000000000002" + "0000000000000001"),
    ("a block listed twice", "FORGET", "0000000000000001" + "0000000000000001"),
]


def test_salt(name):
    """A salt that everybody can compute again. Real ones are random."""
    return hashlib.sha256(b"golden vector " + name.encode()).digest()


def seal(genome, event, time, content, salt, code=None):
    """The next block after `genome`, stored: (block, hash, salt, content)."""
    previous = genome[-1][1] if genome else GENESIS_PREVIOUS
    digest = content_digest(salt, content)
    block = write_block(len(genome), time, code or EVENTS[event], digest, previous)
    return block, block_hash(block), salt, content


def hashed(block, rest):
    """`block` with a fresh hash, and the salt and content of `rest`."""
    return (block, block_hash(block)) + rest[2:]


def golden_genome():
    genome, time = [], 0
    for position, (_, clock, event, fields) in enumerate(INPUTS):
        time = max(time, clock)
        genome.append(seal(genome, event, time, write_content(event, fields), test_salt(str(position))))
    return genome


def erase(genome, indexes):
    return [stored[:2] + (bytes(32), bytes(len(stored[3]))) if index in indexes else stored
            for index, stored in enumerate(genome)]


def bad_blocks(genome):
    block = genome[1][0]
    yield "one byte short", "length", block[:81]
    yield "one byte long", "length", block + b"\x00"
    yield "an event of format version 2", "event", block[:16] + b"\x02\x00" + block[18:]
    yield "no event of format version 1", "event", block[:16] + b"\x01\x04" + block[18:]
    yield "there is no format version 0", "event", block[:16] + b"\x00\x01" + block[18:]


def bad_successors(genome):
    """(note, rule, how many golden blocks come before, stored block)"""
    first, second, third = genome[:3]
    salt = test_salt("rejected")
    begun = genome[:4]

    def fourth(event, content):
        return seal(begun, event, T + 2_000_000_000, content, salt)

    yield "a stored hash with one bit flipped", "hash", 1, \
        (second[0], second[1][:31] + bytes([second[1][31] ^ 1]), second[2], second[3])
    yield "an event of format version 2", "event", 4, seal(begun, "", T * 2, b"?", salt, code=b"\x02\x00")
    yield "block 1 left out", "index", 1, third
    yield "block 0 twice", "index", 1, first
    yield "a TEACH as block 0", "genesis", 0, hashed(first[0][:16] + EVENTS["TEACH"] + first[0][18:], first)
    yield "block 0 of format version 2", "genesis", 0, hashed(first[0][:81] + b"\x02", first)
    yield "block 0 of format version 0, which there is not", "genesis", 0, \
        hashed(first[0][:81] + b"\x00", first)
    yield "block 0 of another format", "genesis", 0, hashed(first[0][:50] + b"K" + first[0][51:], first)
    yield "zeros of block 0 that are not zeros", "genesis", 0, \
        hashed(first[0][:64] + b"\x01" + first[0][65:], first)
    yield "block 2 linked to block 0", "link", 2, hashed(third[0][:50] + first[1], third)
    yield "a second GENESIS", "second genesis", 4, fourth("GENESIS", bytes(16))
    yield "a nanosecond before the previous block", "time", 2, \
        hashed(third[0][:8] + u64(T) + third[0][16:], third)
    yield "one letter of the content changed", "digest", 2, third[:3] + (third[3].replace(b"Lyon", b"Lion"),)
    inner = write_content("TEACH", {"stimulus": "a", "response": "b"})
    outer = write_content("TEACH", {"stimulus": "", "response": inner.decode()})
    whole = fourth("TEACH", outer)
    yield "content cut at another place: 8 bytes of it passed off as salt", "digest", 4, \
        whole[:2] + (salt + outer[:8], inner)
    yield "content that is not canonical", "malformed", 4, fourth("ASK", b"\x01" + u64(1) + u32(1_000_001))
    yield "an answer from the block itself", "reference", 4, fourth("ASK", b"\x01" + u64(4) + u32(1_000_000))
    yield "a FORGET of a later block", "reference", 4, fourth("FORGET", u64(1) + u64(5))


def bad_stores(genome):
    """(note, rule, the blocks whose salt and content are zeros, one more block or None)"""
    asked = seal(genome, "ASK", T * 2, b"\x01" + u64(4) + u32(1_000_000), test_salt("asked"))
    forgot = seal(genome, "FORGET", T * 2, u64(0), test_salt("forgot"))
    yield "the content of block 2 is still there", "erasure", [1], None
    yield "the content of block 3 is gone, and no FORGET lists it", "erasure", [1, 2, 3], None
    yield "the content of the FORGET is gone", "erasure", [1, 2, 7], None
    yield "an answer from an ASK", "reference type", [1, 2], asked
    yield "a FORGET of the GENESIS", "reference type", [1, 2], forgot


def stored_fields(stored):
    return dict(zip(("block", "hash", "salt", "content_bytes"), (part.hex() for part in stored), strict=True))


def vectors():
    genome = golden_genome()
    verify(erase(genome, {1, 2}))
    entries = []
    for (note, clock, event, fields), stored in zip(INPUTS, genome, strict=True):
        index, time, named, digest, _ = read_block(stored[0])
        assert (named, read_content(event, stored[3])) == (event, fields)
        entries.append({
            "note": note, "clock": str(clock), "salt": stored[2].hex(), "event": event, "content": fields,
            "content_bytes": stored[3].hex(), "digest": digest.hex(), "index": str(index), "time": str(time),
            "block": stored[0].hex(), "hash": stored[1].hex(), "forgotten": index in (1, 2),
        })
    edges = []
    for note, event, fields in EDGES:
        data = write_content(event, fields)
        assert read_content(event, data) == fields
        edges.append({"note": note, "event": event, "content": fields, "content_bytes": data.hex()})

    blocks = list(bad_blocks(genome))
    for _, rule, block in blocks:
        rejected_for(rule, read_block, block)
    for _, event, data in MALFORMED:
        rejected_for("malformed", read_content, event, bytes.fromhex(data))
    successors = list(bad_successors(genome))
    for _, rule, after, stored in successors:
        rejected_for(rule, verify, genome[:after] + [stored])
    stores = list(bad_stores(genome))
    for _, rule, zeros, more in stores:
        rejected_for(rule, verify, erase(genome, zeros) + ([more] if more else []))

    return {
        "about": "Golden vectors of docs/genome-format.md, printed by reference.py. Bytes are hex; "
                 "64-bit integers are decimal strings.",
        "version": 1,
        "genome": entries,
        "contents": edges,
        "rejected_blocks": [
            {"note": note, "rule": rule, "block": block.hex()} for note, rule, block in blocks],
        "rejected_contents": [
            {"note": note, "rule": "malformed", "event": event, "content_bytes": data}
            for note, event, data in MALFORMED],
        "rejected_successors": [
            {"note": note, "rule": rule, "after": after, **stored_fields(stored)}
            for note, rule, after, stored in successors],
        "rejected_stores": [
            {"note": note, "rule": rule, "zeros": zeros, "more": stored_fields(more) if more else None}
            for note, rule, zeros, more in stores],
    }


def main(arguments):
    expected = (json.dumps(vectors(), indent=2) + "\n").encode("ascii")
    if not arguments:
        sys.stdout.buffer.write(expected)
        return 0
    if len(arguments) != 2 or arguments[0] != "--check":
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[1], "rb") as file:
        if file.read() == expected:
            return 0
    print(f"{arguments[1]} differs from what the reference implementation computes", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
