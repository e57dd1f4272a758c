import struct

import pytest

from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.header import MAX_MANIFEST, check_header
from tests.unit.omaha.payloads.samples import payload


def _head(version: int = 1, manifest: int = 8, magic: bytes = b"CrAU") -> bytes:
    return struct.pack(">4sQQ", magic, version, manifest)


def test_a_real_header_tells_its_manifest_size() -> None:
    whole = payload(manifest=b"x" * 30)
    assert check_header(whole[:20], len(whole)).manifest_size == 30


def test_a_manifest_that_fills_the_file_is_allowed() -> None:
    assert check_header(_head(manifest=5), 25).manifest_size == 5


@pytest.mark.parametrize(
    ("head", "size", "says"),
    [
        (b"\x1f\x8b" + b"\0" * 18, 100, "gzip"),
        (b"<!DOCTYPE html><html>", 100, "HTML"),
        (b"  <html>            ", 100, "HTML"),
        (b"PK\x03\x04" + b"\0" * 16, 100, "CrAU"),
        (b"", 0, "ends within"),
        (b"Cr", 2, "ends within"),
        (b"CrAU" + b"\0" * 10, 14, "ends within"),
        (_head(version=2), 100, "version 2"),
        (_head(version=0), 100, "version 0"),
        (_head(manifest=0), 100, "manifest of 0"),
        (_head(manifest=81), 100, "cut short"),
        (_head(manifest=MAX_MANIFEST + 1), 1 << 40, "cut short"),
        (_head(manifest=2**64 - 1), 1 << 40, "cut short"),
    ],
)
def test_what_is_no_payload_is_refused_with_what_it_seems_to_be(
    head: bytes, size: int, says: str
) -> None:
    with pytest.raises(PayloadRefused, match=says):
        check_header(head, size)
