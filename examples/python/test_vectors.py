"""Runs every vector of packages/protocol/vectors/frames.json, as section 5 of SPEC.md says."""

from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path
from typing import Any, Iterable

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from longwire_frames import Frame, FrameError, FrameParser, encode_frame

VECTORS = json.loads((HERE.parents[1] / "packages/protocol/vectors/frames.json").read_text(encoding="utf-8"))
LIMIT = 65_536


def parse(chunks: Iterable[bytes], limit: int) -> list[Frame]:
    parser, frames = FrameParser(limit), []
    for chunk in chunks:
        parser.feed(chunk)
        while (frame := parser.next_frame()) is not None:
            frames.append(frame)
    return frames


def splits(data: bytes) -> Iterable[list[bytes]]:
    """The whole, byte by byte, and cut in two at every place."""
    yield [data]
    yield [data[at : at + 1] for at in range(len(data))]
    for at in range(1, len(data)):
        yield [data[:at], data[at:]]


def with_payload(message: dict[str, Any] | None, convert: Any) -> dict[str, Any] | None:
    """The message with its only bytes field converted: it is written in hex in the vectors."""
    return {name: convert(value) if name == "payload" else value for name, value in message.items()} if message else message


class Vectors(unittest.TestCase):
    def test_the_lists_are_there(self) -> None:
        self.assertTrue(VECTORS["valid"] and VECTORS["invalid"])

    def test_valid(self) -> None:
        for vector in VECTORS["valid"]:
            data = bytes.fromhex(vector["hex"])
            message = with_payload(vector["message"], bytes.fromhex)
            trace_context = None if vector["traceContext"] is None else bytes.fromhex(vector["traceContext"])
            expected = Frame(vector["type"], message, trace_context)
            with self.subTest(vector["name"]):
                for chunks in splits(data):
                    self.assertEqual(parse(chunks, LIMIT), [expected])
                self.assertEqual(parse([data[:-1]], LIMIT), [])
                if not vector.get("decodeOnly"):
                    self.assertEqual(encode_frame(vector["type"], message, trace_context), data)

    def test_all_valid_frames_in_one_stream(self) -> None:
        stream = b"".join(bytes.fromhex(vector["hex"]) for vector in VECTORS["valid"])
        whole = parse([stream], LIMIT)
        self.assertEqual(len(whole), len(VECTORS["valid"]))
        for size in (1, 2, 3, 7, 64, 1000):
            with self.subTest(chunk=size):
                self.assertEqual(parse((stream[at : at + size] for at in range(0, len(stream), size)), LIMIT), whole)

    def test_invalid(self) -> None:
        for vector in VECTORS["invalid"]:
            with self.subTest(vector["name"]):
                for chunks in splits(bytes.fromhex(vector["hex"])):
                    with self.assertRaises(FrameError) as caught:
                        parse(chunks, vector["maxFrameBytes"])
                    self.assertEqual(caught.exception.name, vector["close"])


if __name__ == "__main__":
    unittest.main()
