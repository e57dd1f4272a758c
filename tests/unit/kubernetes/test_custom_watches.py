"""What is said of custom kinds that cannot be watched, and to whom."""

from __future__ import annotations

import itertools
from typing import Any

from backend.features.cluster.definitions import _Followed, _row
from backend.features.cluster.rows import DefinitionRow
from integrations.contract import FeedState
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.custom_feed import KindFeed, Told
from integrations.kubernetes.custom_watches import CustomWatches
from integrations.kubernetes.models.meta import Metadata

KIND = ResourceKind("vaults", "Vault", "hidden.example", "v1", Metadata)
REFUSED = 'vaults.hidden.example is forbidden: User "craton" cannot list'
PLAIN = DefinitionRow(
    *("c1/vaults.hidden.example", "c1", "vaults.hidden.example", "Vault", "hidden.example"),
    *("Cluster", ("v1",), "Established", "", 1.0, {}),
)


class Nobody:
    """Is told, and does nothing."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_told: None


def test_who_may_see_no_definitions_is_told_of_none() -> None:
    nobody: Any = Nobody()
    feed = KindFeed(
        "vaults.hidden.example", KIND, Told(nobody, nobody, lambda: None, itertools.count())
    )
    feed.state(FeedState.STALE, REFUSED)
    said = CustomWatches(nobody, 200)._unseen([feed])
    assert said == "Held deletions are not known of 1 custom kind that cannot be watched"


def test_the_row_of_a_definition_says_why_its_objects_are_not_followed() -> None:
    refused = _row("", PLAIN, _Followed(PLAIN.key, live=False, revision=2, reason=REFUSED))
    assert refused is not None
    assert refused.reason == f"Its objects cannot be watched: {REFUSED}"
    followed = _row("", PLAIN, _Followed(PLAIN.key, live=True, revision=3, reason=""))
    assert followed is not None
    assert followed.reason == ""
