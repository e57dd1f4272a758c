"""A Flatcar release as it lies in a directory or on a mirror.

Layout and file formats: updates reference, section 6. `<board>/<version>/` holds the payload
``flatcar_production_update.gz``, extra files ``oem-*.gz`` and ``flatcar-*.gz``, each with a
hex ``.sha256`` and sometimes a detached signature, and on some mirrors a ``version.txt``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from backend.omaha.payloads.digest import check_sha256
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.names import extra_name, payload_name

MAIN_FILE: Final = "flatcar_production_update.gz"
VERSION_FILE: Final = "version.txt"
SIGNATURE_SUFFIXES: Final = (".sig", ".asc")
BOARDS: Final = {"amd64-usr": "amd64", "arm64-usr": "arm64"}
"""Board directory → architecture as it stands in hosted names."""

MAX_EXTRAS: Final = 64
MAX_NOTES: Final = 64 << 10
"""Characters of release notes kept."""

_EXTRA: Final = re.compile(r"(oem|flatcar)-[A-Za-z0-9][A-Za-z0-9_.+-]{0,98}\.gz")
_LINE: Final = re.compile(r'([A-Z_]{1,64})="?([^"\n]{0,256})"?')


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file of a release. `original` is its name at the source, `name` the hosted one;
    `sha256` is hex; `signature` is the source name of the kept signature, or empty."""

    original: str
    name: str
    size: int
    sha256: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A release for one architecture: the payload, its extra files, what is told about it."""

    version: str
    board: str
    main: ReleaseFile
    extras: tuple[ReleaseFile, ...] = ()
    notes: str = ""
    released: str = ""

    @property
    def arch(self) -> str:
        """``amd64`` or ``arm64``."""
        return BOARDS[self.board]

    @property
    def files(self) -> tuple[ReleaseFile, ...]:
        """The payload first, then the extra files."""
        return (self.main, *self.extras)


def check_board(board: str) -> str:
    """The architecture name of `board`; `PayloadRefused` for an unknown one."""
    arch = BOARDS.get(board)
    if arch is None:
        raise PayloadRefused(f"The board must be one of {', '.join(BOARDS)}.", field="board")
    return arch


def hosted_name(board: str, version: str, original: str) -> str:
    """The name under which a file of a release is hosted here."""
    arch = check_board(board)
    if original == MAIN_FILE:
        return payload_name(arch, version)
    return extra_name(arch, version, original)


def is_extra(name: str) -> bool:
    """Whether post-install would fetch a file of this name (updates reference, 2.3)."""
    return bool(_EXTRA.fullmatch(name))


def parse_checksum(text: str, of: str) -> str:
    """The digest in a ``.sha256`` file: hex alone, or ``hex  name`` lines as sha256sum writes.

    With names, the line of `of` counts (or the only line); raises `PayloadRefused` otherwise.
    """
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    named = [line for line in lines if len(line) == 2 and line[1].lstrip("*").endswith(of)]
    chosen = named or (lines if len(lines) == 1 else [])
    if len(chosen) != 1:
        raise PayloadRefused(f"{of}.sha256 does not hold the checksum of {of}.")
    return check_sha256(chosen[0][0], f"{of}.sha256")


def parse_version_file(text: str) -> dict[str, str]:
    """``KEY=value`` lines of a version.txt, e.g. FLATCAR_VERSION; other lines are ignored."""
    found = (_LINE.fullmatch(line.strip()) for line in text.splitlines()[:100])
    return {match[1]: match[2] for match in found if match}


def parse_releases(text: str, version: str) -> tuple[str, str]:
    """(release notes, release date) of `version` in a releases-<channel>.json.

    ``current`` stands for the newest. Raises `PayloadRefused` when the file or the version's
    entry is not what it should be; an absent version gives two empty strings.
    """
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise PayloadRefused("The releases file is not JSON.", field="releases") from None
    entry = document.get(version) if isinstance(document, dict) else None
    if entry is None and isinstance(document, dict):
        return "", ""
    if not isinstance(entry, dict):
        raise PayloadRefused("The releases file must map versions to objects.", field="releases")
    return str(entry.get("release_notes", ""))[:MAX_NOTES], str(entry.get("release_date", ""))[:40]
