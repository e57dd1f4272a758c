"""The `customresourcedefinitions` rows: each definition with whether its objects are followed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec

from backend.features.cluster.collections import DEFINITIONS
from backend.features.cluster.project import definition_row
from backend.features.cluster.rows import DefinitionRow
from backend.live.derive import Derived, One
from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import Feed
from integrations.kubernetes.metadata_feed import CustomChanges
from integrations.kubernetes.metadata_watches import CHANGES

__all__ = ["Definitions"]

_PLURAL: Final = "customresourcedefinitions"


class _Followed(Row, frozen=True):
    """Under the definition's key."""

    live: bool
    revision: int
    reason: str


class Definitions:
    """Every definition ⋈ the watch of the kind it adds: `rows` is the collection's source."""

    def __init__(self) -> None:
        self._plain: Table[DefinitionRow] = Table("definitions")
        self._followed: Table[_Followed] = Table("changes of custom kinds")
        self.rows = Derived(DEFINITIONS, inputs=(One(self._plain), One(self._followed)), row=_row)

    def feeds(self, cluster: str) -> Mapping[str, Feed[Any]]:
        """The feeds that keep one cluster's rows, by kind."""
        within, name = ("cluster", cluster), f"kubernetes/{cluster}"
        plain = partial(definition_row, cluster)
        followed = partial(_followed, cluster)
        return {
            _PLURAL: self._plain.feed(f"{name}/{_PLURAL}", plain, within=within),
            CHANGES: self._followed.feed(f"{name}/{CHANGES}", followed, within=within),
        }


def _followed(cluster: str, found: CustomChanges) -> _Followed:
    return _Followed(f"{cluster}/{found.definition}", found.live, found.revision, found.reason)


def _row(_key: str, plain: DefinitionRow | None, of: _Followed | None) -> DefinitionRow | None:
    if plain is None or of is None:
        return plain
    unseen = f"Its objects cannot be watched: {of.reason}" if of.reason else ""
    reason = plain.reason or unseen
    return msgspec.structs.replace(plain, live=of.live, revision=of.revision, reason=reason)
