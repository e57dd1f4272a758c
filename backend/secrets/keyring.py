"""The key ring: one active key and any older ones, from a file or the environment.

Form: one key a line, ``ID:BASE64`` of 32 bytes; the first is active, the others only open what
they sealed. Never from the database: a dump of it alone reveals nothing.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from pathlib import Path
from types import MappingProxyType
from typing import Final

from backend.secrets.envelope import KEY_BYTES, Key

__all__ = ["KeyRing", "KeyRingError", "make_key", "make_key_file", "parse_ring", "read_ring"]

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_BYTES: Final = 64 * 1024


class KeyRingError(ValueError):
    """The key ring cannot be used; the message says why and never holds a key."""


class KeyRing:
    """`active` seals; all of `keys` open."""

    def __init__(self, active: Key, *older: Key) -> None:
        self.active = active
        self.keys = MappingProxyType({key.id: key for key in (*older, active)})
        if len(self.keys) != 1 + len(older):
            raise KeyRingError("two keys of the key ring have the same id")


def parse_ring(text: str) -> KeyRing:
    """Read the lines of a key ring; raises `KeyRingError`."""
    lines = [line.strip() for line in re.split(r"[\n,]", text)]
    keys = [_key(line) for line in lines if line and not line.startswith("#")]
    if not keys:
        raise KeyRingError("the key ring holds no key")
    return KeyRing(*keys)


def read_ring(file: Path) -> KeyRing:
    """The ring in a file. Blocking; raises `KeyRingError`."""
    try:
        with file.open("rb") as handle:
            data = handle.read(_MAX_BYTES + 1)
    except OSError as error:
        raise KeyRingError(f"the key file {file} cannot be read: {error.strerror}") from error
    if len(data) > _MAX_BYTES:
        raise KeyRingError(f"the key file {file} is larger than 64 KiB")
    try:
        return parse_ring(data.decode("ascii"))
    except UnicodeDecodeError:
        raise KeyRingError(f"the key file {file} is no text") from None
    except KeyRingError as error:
        raise KeyRingError(f"the key file {file}: {error}") from None


def make_key(name: str = "") -> str:
    """A line of a key ring with a fresh key."""
    chosen = name or f"k{secrets.token_hex(4)}"
    return f"{chosen}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def make_key_file(file: Path) -> None:
    """A key file of our own, readable by its owner only; one that is there stays.

    Written beside and linked into place: a reader never sees half of it, and of two starters
    at the same moment one key remains.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(
                f"# Seals the secrets in Craton's database. Keep it apart from backups.\n"
                f"{make_key()}\n"
            )
            out.flush()
            os.fsync(out.fileno())
        beside.chmod(0o600)
        try:
            os.link(beside, file)
        except FileExistsError:
            return
    finally:
        beside.unlink()


def _key(line: str) -> Key:
    name, _, text = line.partition(":")
    if not _ID.fullmatch(name):
        raise KeyRingError("a line of the key ring is not ID:BASE64")
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise KeyRingError(f"the key {name!r} is not base64") from None
    if len(secret) != KEY_BYTES:
        raise KeyRingError(f"the key {name!r} has {len(secret)} bytes instead of {KEY_BYTES}")
    return Key(name, secret)
