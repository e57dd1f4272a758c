"""The Kubernetes protobuf envelope, read just far enough to name the object inside.

The magic ``k8s`` and a NUL, then ``Unknown{1: typeMeta{1: apiVersion, 2: kind}, 2: raw,
3: contentEncoding, 4: contentType}``; the raw object starts with its ObjectMeta in field 1,
whose fields are 1 name, 3 namespace, 5 uid (k8s.io/apimachinery generated.proto).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAGIC: Final = b"k8s\0"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT: Final = 10


@dataclass(frozen=True, slots=True)
class KubernetesObject:
    """What an envelope says it holds; empty strings where it does not say."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str


def decode(value: bytes) -> KubernetesObject | None:
    """The object's identity, or None when `value` is no such envelope."""
    if not value.startswith(MAGIC):
        return None
    try:
        unknown = dict(_fields(value[len(MAGIC) :]))
        meta_type = dict(_fields(unknown.get(1, b"")))
        raw = unknown.get(2, b"")
        metadata = dict(_fields(next(_fields(raw))[1])) if raw else {}
    except (ValueError, StopIteration):
        return None
    return KubernetesObject(
        _text(meta_type.get(1)),
        _text(meta_type.get(2)),
        _text(metadata.get(3)),
        _text(metadata.get(1)),
        _text(metadata.get(5)),
    )


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Length-delimited fields, first occurrence last wins; other wire types are skipped."""
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        wire = tag & 7
        if wire == _VARINT:
            _, place = _varint(data, place)
        elif wire in {_FIXED64, _FIXED32}:
            place += 8 if wire == _FIXED64 else 4
        elif wire == _BYTES:
            size, place = _varint(data, place)
            if place + size > len(data):
                raise ValueError("a field is longer than the message")
            yield tag >> 3, data[place : place + size]
            place += size
        else:
            raise ValueError("not a protobuf message")


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(_MAX_VARINT):
        if place >= len(data):
            break
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, place
    raise ValueError("a number is cut off")


def _text(field: bytes | None) -> str:
    return field.decode("utf-8", "replace")[:1024] if field else ""
