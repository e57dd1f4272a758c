"""Looking at the environment, the mounted file and the key set. These calls block, but for those of
`Outside`, which waits for no file longer than `PATIENCE`."""

from __future__ import annotations

import asyncio
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.commerce.licence.keys import MOST_BYTES, NO_KEYS, KeySet, read_key_set
from backend.commerce.licence.patience import PATIENCE, Patient
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.revocation import NOTHING_REVOKED, Revocations, read_revocations
from backend.commerce.licence.sources import Given
from backend.settings import Settings

__all__ = ["Outside", "Trust", "read_given", "read_trust"]

_BUILT_IN: Final = Path(__file__).with_name("trusted.json")
_MOST: Final = 4 * 1024 * 1024
"""Bytes of a file of licences: as many as a source may hold."""
_SILENT: Final = f"The file did not answer within {PATIENCE:.0f} seconds."


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
    return _environment(settings), _file(settings.licence_file)


class Outside:
    """Key set and sources of one console, looked at without waiting for ever."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._trust: Patient[Trust] = Patient()
        self._file: Patient[Given] = Patient()

    async def look(self, last: Trust) -> tuple[Trust, tuple[Given, Given]]:
        """What they are now. A key set that does not answer leaves the `last` in force; a file
        that does not is one that cannot be read."""
        trust, file = await asyncio.gather(self._trusted(last), self._given())
        return trust, (_environment(self._settings), file)

    async def _trusted(self, last: Trust) -> Trust:
        try:
            return await self._trust(lambda: read_trust(self._settings, last))
        except TimeoutError:
            where = self._settings.licence_keys_file or _BUILT_IN
            return Trust(last.keys, last.revocations, f"{_SILENT} ({where})")

    async def _given(self) -> Given:
        file = self._settings.licence_file
        try:
            return await self._file(lambda: _file(file))
        except TimeoutError:
            return Given("file", None, str(file), _SILENT)


def _environment(settings: Settings) -> Given:
    text = settings.licence.get_secret_value().strip()
    return Given("environment", text or None, "CRATON_LICENCE")


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
        # Without waiting: a pipe nobody writes into would keep the reader here.
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise Refused("It is no regular file.")
            found = opened.read(most + 1)
        if len(found) > most:
            raise Refused(f"The file is larger than {most // 1024} KiB.")
        return found.decode()
    except OSError as error:
        raise Refused(f"The file cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise Refused("The file holds no text.") from None
