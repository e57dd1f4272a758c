"""The `connections` collection: one row for each declared connection."""

from __future__ import annotations

from typing import Final

from auth.scope import Scope, render
from backend.connections.manager import Declared
from backend.features.connections.rights import KIND
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import TextScope
from integrations.contract import FeedState
from integrations.discovery import kinds, load

__all__ = ["CONNECTIONS", "ConnectionStatusRow", "connection_row", "scope_of"]

_WORDS: Final = {
    FeedState.LIVE: "Connected",
    FeedState.POLLING: "Connected",
    FeedState.CONNECTING: "Connecting",
    FeedState.DENIED: "Denied",
    FeedState.STALE: "Down",
}


class ConnectionStatusRow(Row, frozen=True, gc=False):
    """One connection and how contact with it is. `broken` is why nothing comes over it, empty
    while something does or may still."""

    kind: str
    system: str
    name: str
    origin: str
    status: str
    message: str
    since: float | None
    expires: float | None
    scope: str
    broken: str


def scope_of(organisation: str, kind: str, name: str) -> Scope:
    """Where a connection lies: at the system it leads to."""
    word = load(kind).scope if kind in kinds() else kind
    return ("org", organisation, word, name)


CONNECTIONS: Final = Collection(
    name="connections",
    title="Connections",
    kind=KIND,
    row=ConnectionStatusRow,
    scopes=(TextScope("scope"),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("system", "System", Type.TEXT, facet=True),
        Column("status", "Status", Type.STATUS, facet=True),
        Column("message", "Reason", Type.TEXT, searched=True),
        Column("since", "Since", Type.TIME),
        Column("expires", "First certificate expires", Type.TIME),
        Column("origin", "Declared in", Type.TEXT, facet=True),
        Column("kind", "Kind", Type.TEXT, default=False),
    ),
    default_sort=("system", "name"),
    where=("system", "status"),
    link=("kind", "name"),
    place=30,
)


def connection_row(declared: Declared, organisation: str) -> ConnectionStatusRow:
    """The row of a declared connection."""
    record, freshness = declared.record, declared.freshness
    known = record.kind in kinds()
    if record.disabled or freshness is None:
        status, message, since = "Switched off", "", None
    else:
        status, since = _WORDS[freshness.state], freshness.since
        good = freshness.state in {FeedState.LIVE, FeedState.POLLING}
        message = freshness.message or (declared.warning if good else "")
        if good and declared.warning:
            status, message = "Certificate expires", declared.warning
    return ConnectionStatusRow(
        key=f"{record.kind}/{record.name}",
        kind=record.kind,
        system=load(record.kind).title if known else record.kind,
        name=record.name,
        origin=record.origin.value,
        status=status,
        message=message,
        since=since,
        expires=declared.expires,
        scope=render(scope_of(organisation, record.kind, record.name)),
        broken=_broken(declared),
    )


def _broken(declared: Declared) -> str:
    """Why nothing comes over it."""
    freshness = declared.freshness
    if declared.record.disabled or freshness is None or not declared.lost:
        return ""
    return freshness.message or _WORDS[freshness.state]
