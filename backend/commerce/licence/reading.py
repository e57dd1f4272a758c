"""Looking at the environment, the mounted file and the key set. These calls block."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.commerce.licence.keys import MOST_BYTES, NO_KEYS, KeySet, read_key_set
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.revocation import NOTHING_REVOKED, Revocations, read_revocations
from backend.commerce.licence.sources import Given
from backend.settings import Settings

__all__ = ["Trust", "read_given", "read_trust"]

_BUILT_IN: Final = Path(__file__).with_name("trusted.json")
_MOST: Final = 4 * 1024 * 1024
"""Bytes of a file of licences: as many as a source may hold."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys that are believed and what they revoke; `error` when the key set cannot be read."""

    keys: KeySet = NO_KEYS
    revocations: Revocations = NOTHING_REVOKED
    error: str = ""


def read_trust(settings: Settings, last: Trust) -> Trust:
    """The key set as it is now. One that cannot be read leaves the `last` in force."""
    file = settings.licence_keys_file or _BUILT_IN
    try:
        keys = read_key_set(_text(file, MOST_BYTES))
        return Trust(keys, read_revocations(keys))
    except Refused as error:
        return Trust(last.keys, last.revocations, f"{error} ({file})")


def read_given(settings: Settings) -> tuple[Given, Given]:
    """What environment and file hold now."""
    text = settings.licence.get_secret_value().strip()
    environment = Given("environment", text or None, "CRATON_LICENCE")
    return environment, _file(settings.licence_file)


def _file(file: Path | None) -> Given:
    if file is None:
        return Given("file", None, "CRATON_LICENCE_FILE")
    try:
        found = _text(file, _MOST)
    except Refused as error:
        return Given("file", None, str(file), str(error))
    return Given("file", found, str(file))


def _text(file: Path, most: int) -> str:
    try:
        with file.open("rb") as opened:
            found = opened.read(most + 1)
        if len(found) > most:
            raise Refused(f"The file is larger than {most // 1024} KiB.")
        return found.decode()
    except OSError as error:
        raise Refused(f"The file cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise Refused("The file holds no text.") from None
