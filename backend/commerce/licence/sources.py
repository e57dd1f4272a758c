"""Where licences come from, and which source wins: environment, then file, then database.

One source wins and may hold several documents. What cannot be read never displaces what could: the
last readable licences of a source stay in force, and its error is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

import structlog

from backend.commerce.licence.combining import require_coherent
from backend.commerce.licence.keys import KeySet
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.verify import Verified, verify

__all__ = ["MOST_DOCUMENTS", "Chosen", "Given", "Kept", "Place", "Source", "choose", "read"]

Place = Literal["environment", "file", "database"]
Kept = Mapping[str, Sequence[str]]
MOST_DOCUMENTS: Final = 50
"""Of one source."""


_log = structlog.get_logger("craton.licence")


@dataclass(frozen=True, slots=True)
class Given:
    """What a source holds now: its text; None when it holds nothing. `broken` says why it could
    not be looked at."""

    place: Place
    text: str | None
    where: str = ""
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What came of a source: its documents, and what is wrong with what it holds now. With an
    `error` the documents are the last ones that could be read."""

    place: Place
    where: str
    documents: tuple[Verified, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sources, highest first, and which of them wins (None: there is no licence)."""

    sources: tuple[Source, ...]
    winner: Place | None

    @property
    def documents(self) -> tuple[Verified, ...]:
        """Those in force."""
        won = (source.documents for source in self.sources if source.place == self.winner)
        return next(won, ())


def read(text: str, keys: KeySet) -> tuple[Verified, ...]:
    """The documents in `text`, white space between them. Raises `Refused` for the first that is
    not believed, or when they cannot all be."""
    tokens = text.split()
    if not tokens:
        raise Refused("There is no licence in it.")
    if len(tokens) > MOST_DOCUMENTS:
        raise Refused(f"There are more than {MOST_DOCUMENTS} licences in it.")
    found = tuple(verify(token, keys) for token in tokens)
    require_coherent([one.licence for one in found])
    return found


def choose(given: Sequence[Given], keys: KeySet, kept: Kept) -> Chosen:
    """What the sources give, highest first; `kept` are the last readable licences of each."""
    sources = tuple(_source(one, keys, kept.get(one.place, ())) for one in given)
    winner = next((source.place for source in sources if source.documents), None)
    return Chosen(sources, winner)


def _source(given: Given, keys: KeySet, kept: Sequence[str]) -> Source:
    if given.broken:
        return Source(given.place, given.where, _last(kept, keys), given.broken)
    if given.text is None:
        return Source(given.place, given.where, ())
    try:
        return Source(given.place, given.where, read(given.text, keys))
    except Refused as error:
        return _unread(given, keys, kept, str(error))
    except Exception as error:  # noqa: BLE001 (whatever a source holds stops no other, nor an upload)
        _log.exception("licence_source", place=given.place)
        return _unread(given, keys, kept, f"It cannot be read ({type(error).__name__}).")


def _unread(given: Given, keys: KeySet, kept: Sequence[str], error: str) -> Source:
    # Each was believed when it was put into the database; one whose key is gone hides no other.
    last = (given.text or "").split() if given.place == "database" else kept
    return Source(given.place, given.where, _last(last, keys), error)


def _last(kept: Sequence[str], keys: KeySet) -> tuple[Verified, ...]:
    """Those of the last ones that are still believed."""
    found = []
    for token in kept:
        with suppress(Exception):  # one that breaks the reading hides no other
            found.append(verify(token, keys))
    return tuple(found)
