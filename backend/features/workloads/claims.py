"""Claims ⋈ what is said of them: why a claim waits stands only in its events.

Of one that names a volume which does not exist Kubernetes says nothing at all: it waits for it
for ever, without an event. To say so tells no more of volumes than Kubernetes does itself: of one
that exists, it binds the claim or writes into its namespace why not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import msgspec

from backend.features.workloads.collections_network import CLAIMS
from backend.features.workloads.known import Known, KnownFeed
from backend.features.workloads.project_network import claim_row
from backend.features.workloads.rows import ClaimRow
from backend.live.derive import Derived, Foreign, Input, One
from backend.live.row import Row
from backend.live.table import Table
from integrations.concern import Concern
from integrations.contract import Feed
from integrations.kubernetes.models.core import Event
from integrations.kubernetes.models.storage import PersistentVolume, PersistentVolumeClaim
from integrations.kubernetes.summaries.events import event_times

__all__ = ["Claims"]

_LIMIT: Final = 240


class _Claim(Row, frozen=True):
    """A claim as it is, and its uid: a claim made again hears nothing of the old one."""

    row: ClaimRow
    uid: str


class _Said(Row, frozen=True):
    """One event about the claim with the key `claim`."""

    claim: str
    uid: str
    failed: bool
    reason: str
    message: str
    at: float


class _There(Row, frozen=True):
    """A volume there is."""


class Claims:
    """The claims of every cluster: `rows` is the collection's source."""

    def __init__(self) -> None:
        self._claims: Table[_Claim] = Table("claims as they are")
        self._said: Table[_Said] = Table("events of claims")
        self._volumes: Table[_There] = Table("volumes that claims name")
        self._known: Table[Known] = Table("clusters whose volumes are known")
        self.rows = Derived(
            CLAIMS,
            inputs=(
                One(self._claims),
                Input(self._said, by=_claim_of),
                Foreign(self._volumes, of=self._claims, by=_volume_of),
                Foreign(self._known, of=self._claims, by=_cluster_of),
            ),
            row=_explained,
        )

    def feeds(self, cluster: str) -> dict[str, Feed[Any]]:
        """The feeds that keep one cluster's claims, by kind."""
        within, name = ("cluster", cluster), f"kubernetes/{cluster}"
        claims, said = partial(_claim, cluster), partial(_event, cluster)
        volumes = self._volumes.feed(
            f"{name}/persistentvolumes", partial(_volume, cluster), within=within
        )
        return {
            "persistentvolumeclaims": self._claims.feed(
                f"{name}/persistentvolumeclaims", claims, within=within
            ),
            "events": self._said.feed(f"{name}/events", said, within=within),
            "persistentvolumes": KnownFeed(volumes, self._known, cluster),
        }


def _claim(cluster: str, found: PersistentVolumeClaim) -> _Claim:
    row = claim_row(cluster, found)
    return _Claim(row.key, row, found.metadata.uid)


def _volume(cluster: str, found: PersistentVolume) -> _There:
    return _There(f"{cluster}/{found.metadata.name}")


def _volume_of(claim: _Claim) -> str:
    """Whether it exists is asked of a volume that is waited for: of one that is lost the claim
    says so itself."""
    row = claim.row
    waits = row.status == "Pending" and row.volume
    return f"{row.cluster}/{row.volume}" if waits else ""


def _cluster_of(claim: _Claim) -> str:
    return claim.row.cluster if _volume_of(claim) else ""


def _event(cluster: str, event: Event) -> _Said | None:
    about, meta = event.involved_object, event.metadata
    if about.kind != "PersistentVolumeClaim":
        return None
    return _Said(
        key=f"{cluster}/{meta.namespace}/{meta.name}",
        claim=f"{cluster}/{about.namespace}/{about.name}",
        uid=about.uid,
        failed=event.type == "Warning" or event.reason == "FailedBinding",
        reason=event.reason,
        message=event.message,
        at=event_times(event).last,
    )


def _claim_of(said: _Said) -> tuple[str, ...]:
    return (said.claim,)


def _explained(
    _key: str,
    claim: _Claim | None,
    said: Sequence[_Said],
    volume: _There | None,
    known: Known | None,
) -> ClaimRow | None:
    if claim is None:
        return None
    row = claim.row
    if row.status != "Pending":
        return row
    if known is not None and volume is None:
        reason = f"Cannot be bound: it asks for volume {row.volume}, which does not exist"
        return msgspec.structs.replace(row, reason=reason, healthy=False, concern=Concern.ERROR)
    mine = [event for event in said if not event.uid or event.uid == claim.uid]
    newest = max(mine, key=lambda event: (event.at, event.key), default=None)
    return row if newest is None else _waiting(row, newest)


def _waiting(row: ClaimRow, newest: _Said) -> ClaimRow:
    text = " ".join(newest.message.split())
    if newest.failed:
        reason = f"Cannot be bound: {text}"[:_LIMIT]
        return msgspec.structs.replace(row, reason=reason, healthy=False, concern=Concern.ERROR)
    if newest.reason == "WaitForFirstConsumer":
        reason = "Waits for the first pod that uses it"
        return msgspec.structs.replace(row, reason=reason, concern=Concern.HELD)
    if newest.reason == "ExternalProvisioning":
        return msgspec.structs.replace(row, reason=f"Is not provided for yet: {text}"[:_LIMIT])
    return row
