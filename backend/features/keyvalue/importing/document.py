"""What a file of keys holds: a console's export, or what ``etcdctl get -w json`` printed."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import msgspec

from backend.errors import FieldError, Unprocessable
from backend.features.keyvalue.editing.exporting import FORMAT
from backend.features.keyvalue.editing.values import room_refusal
from integrations.etcd.keytext import key_bytes, key_text

__all__ = ["MOST_FILE", "MOST_IMPORTED", "Document", "Entry", "Source", "read_document"]

MOST_FILE: Final = 8 * 1024 * 1024
"""Characters of a file."""
MOST_IMPORTED: Final = 10_000
"""Keys of a file: as many as are exported at once."""

Source = Literal["craton", "etcdctl"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of the file. `why` it cannot be written, whoever asks; then it may have no `value`.
    `leased`: it hung on a lease where it came from."""

    path: str
    key: bytes = b""
    value: bytes = field(default=b"", repr=False)
    leased: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read."""

    source: Source
    entries: tuple[Entry, ...]


_ABSENT: Final = msgspec.Raw(b"")


class _Key(msgspec.Struct):
    key: str
    value: str | None = None
    base64: str | None = None
    hidden: str | None = None
    lease: str = ""


class _Export(msgspec.Struct):
    keys: list[_Key]
    complete: bool = False


class _Kv(msgspec.Struct):
    key: bytes
    value: bytes = b""
    lease: int | str = 0


class _Range(msgspec.Struct):
    kvs: list[_Kv] = []


class _Head(msgspec.Struct):
    """What tells one from the other."""

    format: str = ""
    header: msgspec.Raw = _ABSENT
    kvs: msgspec.Raw = _ABSENT


def read_document(text: str) -> Document:
    """The keys of a file. Raises 422 where it is neither of the two, was cut, or holds too many;
    never with what is in it."""
    try:
        source, entries = _read(text.removeprefix("\ufeff").encode())
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        where = f": {error}" if isinstance(error, msgspec.ValidationError) else "."
        raise _wrong(f"This is no JSON of keys{where}") from error
    if len(entries) > MOST_IMPORTED:
        raise _wrong(
            f"It holds {len(entries):,} keys: at most {MOST_IMPORTED:,} are imported at once. "
            "Export narrower folders, and import one file after the other."
        )
    if not entries:
        raise _wrong("It holds no keys.")
    times = Counter(entry.key for entry in entries)
    return Document(source, tuple(_checked(entry, times[entry.key]) for entry in entries))


def _read(data: bytes) -> tuple[Source, list[Entry]]:
    head = msgspec.json.decode(data, type=_Head)
    if head.format == FORMAT:
        export = msgspec.json.decode(data, type=_Export)
        if not export.complete:
            raise _wrong("This export was cut on its way: it does not end as one. Export it again.")
        return "craton", [_of_export(one) for one in export.keys]
    if head.format:
        raise _wrong(f"Its format is not {FORMAT}, the one that is known here.")
    if not bytes(head.kvs) and not bytes(head.header):
        raise _wrong(
            "Take an export of a folder of keys, or what etcdctl get --prefix -w json printed."
        )
    found = msgspec.json.decode(data, type=_Range)
    return "etcdctl", [_of_etcdctl(one) for one in found.kvs]


def _of_export(one: _Key) -> Entry:
    try:
        key = key_bytes(one.key)
    except ValueError:
        return Entry(one.key, why="This is no name of a key.")
    entry = Entry(one.key, key, leased=one.lease != "")
    if one.base64 is None and one.value is None:
        why = one.hidden or "not said why"
        return replace(entry, why=f"The file does not hold its value: {why}.")
    if one.base64 is None:
        return replace(entry, value=(one.value or "").encode())
    try:
        return replace(entry, value=base64.b64decode(one.base64, validate=True))
    except (binascii.Error, ValueError):
        return replace(entry, why="What stands for its bytes is not base64.")


def _of_etcdctl(one: _Kv) -> Entry:
    leased = str(one.lease) != "0"
    return Entry(key_text(one.key), one.key, one.value, leased=leased)


def _checked(entry: Entry, times: int) -> Entry:
    if entry.why:
        return entry
    if not entry.key:
        return replace(entry, why="It has no name.")
    if times > 1:
        return replace(entry, why=f"It stands in the file {times} times: which is meant?")
    return replace(entry, why=room_refusal(entry.key, entry.value))


def _wrong(message: str) -> Unprocessable:
    return Unprocessable(message, errors=[FieldError(field="text", message=message)])
