"""Longwire frames as bytes: sections 2 and 4 of packages/protocol/SPEC.md, with just enough protobuf."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

TYPES = ("CONNECT CONNECTED PING PONG PUBLISH PUBLISHED SEND SENT DELIVER ACKNOWLEDGE REDIRECT CLOSE "
         "REFRESH REFRESHED").split()  # from 1
# Every message numbers its fields from 1 without a gap. A star means repeated; enums are read as uint32.
BODIES = {type: [tuple(field.split(":")) for field in fields.split()] for type, fields in {
    "CONNECT": "version_min:uint32 version_max:uint32 token:string agent:string",
    "CONNECTED": "version:uint32 connection:string heartbeat_interval_ms:uint32 idle_timeout_ms:uint32 limits:Limits "
                 "token_expires_at_ms:uint64",
    "Limits": "max_frame_bytes:uint32 max_in_flight:uint32 max_messages_per_second:uint32",
    "PUBLISH": "message_id:string kind:string payload:bytes",
    "PUBLISHED": "message_id:string status:uint32 detail:string",
    "SEND": "message_id:string to:string payload:bytes",
    "SENT": "message_id:string status:uint32 detail:string",
    "DELIVER": "delivery_id:uint32 message_id:string from:string payload:bytes sent_at_ms:uint64",
    "ACKNOWLEDGE": "delivery_ids:uint32*",
    "REDIRECT": "addresses:string* delay_ms:uint32",
    "CLOSE": "code:uint32 reason:string retry_after_ms:uint32",
    "REFRESH": "token:string",
    "REFRESHED": "token_expires_at_ms:uint64",
}.items()}
CLOSE_CODES = {name: first + number for first, names in {
    1000: "serverStopping idleTimeout loginTimeout slowConsumer overloaded backendUnavailable internalError"
    " rateLimited reconnectingTooOften frameTimeout",
    2000: "tokenInvalid tokenExpired tokenRevoked goElsewhere",
    3000: "goodbye replaced kicked expectedConnect unsupportedVersion malformedFrame frameTooLarge unsupportedFeature "
          "unexpectedFrame invalidField tooManyInFlight"}.items() for number, name in enumerate(names.split())}
RULES = {"message_id": r"[A-Za-z0-9._:@-]{1,64}", "kind": r"[A-Za-z0-9._-]{1,64}", "token": r"(?s:.+)",
         "to": r"[A-Za-z0-9._:@-]{1,128}", "from": r"[A-Za-z0-9._:@-]{0,128}"}
LARGEST_LENGTH = (1 << 28) - 1


class LongwireError(Exception):
    """The base of all errors of this example."""


class FrameError(LongwireError):
    """Bytes or fields that the protocol does not allow; `name` is that of the close code."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


class Frame(NamedTuple):
    type: str
    message: dict[str, Any] | None  # None for PING and PONG; fields with their default are left out
    trace_context: bytes | None


def encode_frame(type: str, message: dict[str, Any] | None = None, trace_context: bytes | None = None,
                 limit: int = LARGEST_LENGTH) -> bytes:
    first, payload = TYPES.index(type) + 1, b""
    if trace_context is not None:
        first |= 0x20
        payload = _sized(b"\x01" + _sized(trace_context))
    if type in BODIES:
        _check(type, message or {})
        payload += _encode_body(type, message or {})
    if len(payload) > limit:
        raise FrameError("frameTooLarge", f"{len(payload)} bytes, the limit is {limit}")
    return bytes([first]) + _sized(payload)


class FrameParser:
    """Takes bytes in pieces of any size; `limit` may be changed between two frames."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next_frame(self) -> Frame | None:
        """The next frame, or None when that needs more bytes. After a FrameError there is no next."""
        if not self._buffer:
            return None
        first = self._buffer[0]
        if not 1 <= first & 0x1F <= len(TYPES):
            raise FrameError("malformedFrame", f"frame type {first & 0x1F}")
        if first & 0xC0:
            raise FrameError("unsupportedFeature", "a reserved flag")
        head = _read_length(bytes(self._buffer[1:5]), self.limit)
        if head is None or len(self._buffer) < 1 + sum(head):
            return None
        body = bytes(self._buffer[1 + head[1] : 1 + sum(head)])
        del self._buffer[: 1 + sum(head)]
        trace_context, type, message = None, TYPES[(first & 0x1F) - 1], None
        if first & 0x20:
            trace_context, body = _split_extension(body)
        if type in BODIES:
            message = _decode_body(type, body)
            _check(type, message)
        return Frame(type, message, trace_context)


def _check(type: str, message: dict[str, Any]) -> None:
    for name, _ in BODIES[type]:
        if name in RULES and not re.fullmatch(RULES[name], message.get(name, "")):
            raise FrameError("invalidField", f"{name} of {type} does not match {RULES[name]}")


def _read_length(data: bytes, limit: int = LARGEST_LENGTH) -> tuple[int, int] | None:
    """A length as short as possible, and how many bytes it takes; None when it is cut off."""
    value = 0
    for index, byte in enumerate(data[:4]):
        value |= (byte & 0x7F) << (7 * index)
        if value > limit:
            raise FrameError("frameTooLarge", f"at least {value} bytes, the limit is {limit}")
        if byte >= 0x80 and index == 3 or byte == 0 and index > 0:
            raise FrameError("malformedFrame", "a length that takes more bytes than it may")
        if byte < 0x80:
            return value, index + 1
    return None


def _split_sized(data: bytes) -> tuple[bytes, bytes]:
    """What is behind a length, and the rest."""
    head = _read_length(data)
    if head is None or sum(head) > len(data):
        raise FrameError("malformedFrame", "a header extension that reaches too far")
    return data[head[1] : sum(head)], data[sum(head) :]


def _split_extension(payload: bytes) -> tuple[bytes | None, bytes]:
    """The trace context if there is one, and the body."""
    trace_context = None
    extension, body = _split_sized(payload)
    while extension:
        field = extension[0]
        if field >= 128:
            raise FrameError("unsupportedFeature", f"critical extension field {field}")
        value, extension = _split_sized(extension[1:])
        if field == 1:
            if len(value) != 25:
                raise FrameError("malformedFrame", f"a trace context of {len(value)} bytes")
            trace_context = value
    return trace_context, body


def _leb128(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + _leb128(value >> 7)


def _sized(data: bytes) -> bytes:
    return _leb128(len(data)) + data


def _encode_body(type: str, message: dict[str, Any]) -> bytes:
    body = b""
    for number, (name, kind) in enumerate(BODIES[type], 1):
        value: Any = message.get(name)
        if not value and value != {}:
            continue  # the default is left out
        if kind in ("uint32", "uint64"):
            body += _leb128(number * 8) + _leb128(value)
            continue
        if kind == "uint32*":
            value = b"".join(map(_leb128, value))
        elif kind in BODIES:
            value = _encode_body(kind, value)
        for item in value if kind == "string*" else [value]:
            body += _leb128(number * 8 + 2) + _sized(item.encode() if isinstance(item, str) else item)
    return body


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The varint that begins at `at`, and where it ends."""
    value = 0
    for index, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise FrameError("malformedFrame", "a varint that does not end")


def _decode_body(type: str, data: bytes) -> dict[str, Any]:
    message: dict[str, Any] = {}
    value: Any
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        if not 0 < number < 1 << 29 or wire not in (0, 1, 2, 5):
            raise FrameError("malformedFrame", f"a field number {number} of wire type {wire}")
        if wire == 0:
            value, at = _read_varint(data, at)
        else:
            size, at = _read_varint(data, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
            if at + size > len(data):
                raise FrameError("malformedFrame", "a field that reaches past its message")
            value, at = data[at : at + size], at + size
        name, kind = BODIES[type][number - 1] if number <= len(BODIES[type]) else ("", "")
        values = _field_values(kind, wire, value)
        if kind.endswith("*"):
            message.setdefault(name, []).extend(values)
        elif values:
            message[name] = values[0]
    return {name: value for name, value in message.items() if value or value == {}}


def _field_values(kind: str, wire: int, value: Any) -> list[Any]:
    """What one field holds: one value, any number when packed, none when the field is to be skipped."""
    if wire == 0 and kind.startswith("uint"):
        return [value % (1 << (64 if kind == "uint64" else 32))]
    if wire != 2:
        return []
    if kind.startswith("string"):
        try:
            return [value.decode("utf-8")]
        except UnicodeDecodeError:
            raise FrameError("malformedFrame", "a string that is not UTF-8") from None
    if kind == "uint32*":
        numbers, at = [], 0
        while at < len(value):
            number, at = _read_varint(value, at)
            numbers.append(number % (1 << 32))
        return numbers
    if kind in BODIES:
        return [_decode_body(kind, value)]
    return [value] if kind == "bytes" else []
