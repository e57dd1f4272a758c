"""Which namespaces there are now and which selectors they fit, by this process's own watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

from auth.scope import Scope, namespace
from backend.live.guard import Guard
from backend.live.labels import fits, parse_selector
from backend.live.memory import Change, MemorySource
from backend.live.query import LabelTerm
from backend.live.source import Source
from integrations.contract import FeedState

__all__ = ["Labelled", "SelectedNamespaces"]

_READ: Final = frozenset({FeedState.LIVE, FeedState.POLLING})
"""Of other clusters nobody knows which labels their namespaces have by now."""


class Labelled(Protocol):
    """What is read of the rows of ``namespaces``."""

    cluster: str
    name: str
    labels: dict[str, str]


class SelectedNamespaces:
    """The `Selecting` of the console. Other names, labels and states of clusters make another
    version, and nothing else; the answers are of the rows as they are when it is asked."""

    def __init__(self, organisation: str) -> None:
        self.version = 1
        self._organisation = organisation
        self._all = Guard(organisation, (("org", organisation),))
        self._rows: MemorySource[Any] | None = None
        self._read: frozenset[str] = frozenset()

    def follow(self, source: Source) -> None:
        """Ask the collection ``namespaces`` from now on."""
        if isinstance(source, MemorySource):
            self._rows = source
            source.on_freshness(self._states)
            source.on_change(self._changed)
            self._states()

    def namespaces(self, cluster: str, labels: str) -> Iterator[Scope]:
        """See `Selecting.namespaces`."""
        terms = _terms(labels)
        rows: Iterable[Labelled] = self._rows if self._rows is not None else ()
        for row in rows:
            asked = row.cluster in self._read and cluster in {"", row.cluster}
            if asked and fits(terms, row.labels):
                yield namespace(self._organisation, row.cluster, row.name)

    def _states(self) -> None:
        told = self._rows.freshness(self._all) if self._rows is not None else []
        read = frozenset(_cluster(one.source) for one in told if one.state in _READ)
        if read != self._read:
            self._read = read
            self.version += 1

    def _changed(self, changes: Sequence[Change[Any]]) -> None:
        if any(old is None or new is None or old.labels != new.labels for _, old, new in changes):
            self.version += 1


@lru_cache(maxsize=4096)
def _terms(labels: str) -> Iterable[LabelTerm]:
    return parse_selector(labels)


def _cluster(source: str) -> str:
    """Of ``kubernetes/local/namespaces``."""
    return source.split("/")[1]
