"""The first bytes of an update payload: ``CrAU``, format version, manifest length.

Source: update_metadata.proto of flatcar/update_engine (updates reference, section 6): the
magic, a big-endian u64 version that is always 1, a big-endian u64 manifest length, the
manifest, the data blobs. A payload is not compressed although it is named ``.gz``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.omaha.payloads.errors import PayloadRefused

MAGIC: Final = b"CrAU"
HEADER_SIZE: Final = 20
FORMAT_VERSION: Final = 1
MAX_MANIFEST: Final = 64 << 20
"""Bytes. Real manifests have some hundred kilobytes; a client reads this much into memory."""

_GZIP: Final = b"\x1f\x8b"
_HEADER: Final = struct.Struct(">4sQQ")


class Format(StrEnum):
    """What a hosted file is. `UPDATE` is installed by update_engine and is checked; `RAW` is
    anything else another application's client understands, and signatures."""

    UPDATE = "update"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Header:
    """The checked header: how many bytes of manifest follow it."""

    manifest_size: int


def check_header(head: bytes, size: int) -> Header:
    """Check the first `HEADER_SIZE` bytes of a payload of `size` bytes.

    Raises `PayloadRefused` with a sentence that says what the file seems to be instead: a
    machine would fail with error 21 (bad magic) only after it had fetched the payload.
    """
    if head[:4] != MAGIC[: len(head)]:
        raise PayloadRefused(_seems(head), field="file")
    if len(head) < HEADER_SIZE or size < HEADER_SIZE:
        raise PayloadRefused("The file ends within the payload header.", field="file")
    _, version, manifest = _HEADER.unpack(head[:HEADER_SIZE])
    if version != FORMAT_VERSION:
        raise PayloadRefused(
            f"The payload has format version {version}; update_engine installs version 1.",
            field="file",
        )
    if not 0 < manifest <= MAX_MANIFEST or HEADER_SIZE + manifest > size:
        raise PayloadRefused(
            f"The payload header announces a manifest of {manifest} bytes, which a file of "
            f"{size} bytes cannot hold or a machine would not read: it is cut short or damaged.",
            field="file",
        )
    return Header(manifest)


def _seems(head: bytes) -> str:
    if head[:2] == _GZIP:
        guess = "It is a gzip file; despite its name an update payload is not compressed."
    elif head.lstrip()[:1] == b"<":
        guess = "It is an HTML or XML page, perhaps a download's error page."
    else:
        guess = "Choose the file named flatcar_production_update.gz."
    return f"The file does not begin with CrAU, so it is no update payload. {guess}"
