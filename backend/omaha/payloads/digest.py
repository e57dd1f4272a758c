"""Size and checksums of a file, computed while its bytes pass by."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.omaha.payloads.errors import PayloadRefused

READ_SIZE: Final = 1 << 20
"""Bytes read from disk at a time."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Digest:
    """SHA-256 and SHA-1 (lower-case hex) and size in bytes.

    Omaha wants base64 of both in a manifest and hex in ``hash_sha256`` (updates
    reference, section 3.3); the hex SHA-256 is also the file's address in the store.
    """

    sha256: str
    sha1: str
    size: int

    @property
    def sha256_base64(self) -> str:
        """As in the ``postinstall`` action's ``sha256``."""
        return hex_to_base64(self.sha256)

    @property
    def sha1_base64(self) -> str:
        """As in a package's ``hash``."""
        return hex_to_base64(self.sha1)


class Digester:
    """Feeds both hashes and counts; `digest` may be asked for at any time."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self.size = 0

    def update(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes."""
        self._sha256.update(chunk)
        self._sha1.update(chunk)
        self.size += len(chunk)

    def digest(self) -> Digest:
        """The digest of what was fed so far."""
        return Digest(self._sha256.hexdigest(), self._sha1.hexdigest(), self.size)


def digest_file(path: Path) -> Digester:
    """Read the whole of `path` (blocking; call it in a thread)."""
    digester = Digester()
    with path.open("rb") as file:
        while chunk := file.read(READ_SIZE):
            digester.update(chunk)
    return digester


def hex_to_base64(text: str) -> str:
    """The same digest in base64; raise `ValueError` when `text` is not hex."""
    return base64.b64encode(bytes.fromhex(text)).decode("ascii")


def base64_to_hex(text: str) -> str:
    """The same digest in hex; raise `ValueError` when `text` is not base64."""
    return base64.b64decode(text, validate=True).hex()


def check_sha256(text: str, field: str = "sha256") -> str:
    """The hex SHA-256 in lower case; raise `PayloadRefused` when it is none."""
    lowered = text.strip().lower()
    if not _SHA256.fullmatch(lowered):
        raise PayloadRefused(f"{field} must be 64 hexadecimal digits.", field=field)
    return lowered
