"""Health, folders and values of one etcd connection."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import asdict
from typing import Final

import msgspec

from backend.errors import FieldError, NotFoundProblem, Unprocessable
from backend.features.keyvalue.project import lease_text
from backend.features.keyvalue.schemas import (
    AlarmView,
    ComparedView,
    EtcdHealth,
    FolderItem,
    FolderPage,
    ObjectView,
    SignalView,
    ValueView,
    Verdict,
    WatchView,
)
from integrations.contract import IntegrationError
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.index import Child
from integrations.etcd.keytext import key_bytes, key_text
from integrations.etcd.signals import health_sentence
from integrations.etcd.value import revealed_view, safe_view

__all__ = [
    "compare",
    "folder",
    "health",
    "invalid",
    "no_folder",
    "page_of",
    "position",
    "read_key",
    "time_to_live",
    "value",
]

_COMPARE_SECONDS: Final = 10.0
_WORST: Final[tuple[Verdict, ...]] = ("critical", "warning", "ok")


def health(connection: EtcdConnection) -> EtcdHealth:
    """The summary from the newest poll; nothing is asked upstream."""
    state, stats, index = connection.state, connection.stats, connection.index
    judged = connection.signals()
    found = [SignalView(**asdict(signal)) for signal in judged]
    told = {signal.status for signal in found}
    leader = state.leader if state else None
    return EtcdHealth(
        name=connection.name,
        sentence=health_sentence(state, judged) if state else "no member has answered yet",
        status=next((verdict for verdict in _WORST if verdict in told), "unknown"),
        cluster_id=state.cluster_id if state else "",
        leader=leader.name or leader.id if leader else "",
        members=len(state.voters) if state else 0,
        answering=state.answering if state else 0,
        quorum=state.quorum if state else 0,
        revision=max(state.revision if state else 0, stats.revision),
        version=state.lowest_version if state else "",
        keys=len(index),
        left_out=index.refused,
        alarms=[AlarmView(member=m, alarm=a) for m, a in (state.alarms if state else ())],
        watch=WatchView(**{**asdict(stats), "last_event": stats.last_event or None}),
        signals=found,
        at=state.at if state else None,
    )


async def compare(connection: EtcdConnection) -> ComparedView:
    """Compare the members now; a large store goes on after the answer."""
    found = await connection.compare(_COMPARE_SECONDS)
    if found is None:
        words = "the members are being compared: the result will show here"
        return ComparedView(status="unknown", words=words, differing=[], at=None)
    members = connection.state.members if connection.state else ()
    names = {member.id: member.name for member in members}
    differing = sorted(names.get(member) or member for member in found.differing)
    return ComparedView(status=found.status, words=found.words, differing=differing, at=found.at)


def folder(connection: EtcdConnection, prefix: str, cursor: str, limit: int) -> FolderPage:
    """One page of a folder's children from the index; 404 for a folder without keys."""
    index = connection.index
    page = index.listing(prefix, position(cursor), limit)
    if page is None:
        raise no_folder()
    return page_of(connection, prefix, index.count(prefix), *page)


def page_of(
    connection: EtcdConnection,
    prefix: str,
    keys: int,
    children: Iterable[Child],
    more: tuple[str, bool] | None,
) -> FolderPage:
    """A page of `children` of a folder with so many keys; `more` is where the next begins."""
    return FolderPage(
        prefix=prefix,
        keys=keys,
        complete=connection.index.refused == 0,
        items=[_item(child) for child in children],
        next=_cursor(more),
    )


def no_folder() -> NotFoundProblem:
    """One text for a folder that is missing and for one that is invisible."""
    return NotFoundProblem("There is no such folder, or you may not see it.")


async def value(
    connection: EtcdConnection, text: str, *, fresh: bool, reveal: bool = False
) -> ValueView:
    """Read one key. Its secrets are masked unless they are to be revealed; `fresh` asks the
    quorum."""
    key = read_key(text)
    if not key.startswith(connection.settings.prefix.encode()):
        raise NotFoundProblem("There is no such key, or you may not see it.")
    held, revision = await connection.client.value(key, fresh=fresh)
    safe = (revealed_view if reveal else safe_view)(key, held.value)
    return ValueView(
        etcd=connection.name,
        path=key_text(key),
        form=safe.form.value,
        size=safe.size,
        text=safe.text,
        truncated=safe.truncated,
        note=safe.note,
        masked=safe.masked,
        revealable=safe.revealable,
        raw=safe.raw,
        encoding=safe.encoding,
        guessed=safe.guessed,
        object=ObjectView(**asdict(safe.object)) if safe.object else None,
        version=held.version,
        created_revision=held.create_revision,
        revision=held.mod_revision,
        read_at_revision=revision,
        lease=lease_text(held.lease),
        ttl=await time_to_live(connection, held.lease),
    )


async def time_to_live(connection: EtcdConnection, lease: str) -> int | None:
    """Seconds left of a key's lease; None without one, or when no leader can say."""
    if lease == "0":
        return None
    try:
        return (await connection.client.lease(lease)).ttl
    except IntegrationError:
        return None


def read_key(text: str) -> bytes:
    """The key that `text` writes; 422 where it writes none."""
    try:
        key = key_bytes(text)
    except ValueError as error:
        raise invalid(
            "key", text, "a key's text as the tables show it, or base64url: and its bytes"
        ) from error
    if not key:
        raise invalid("key", text, "a key with at least one byte")
    return key


def _item(child: Child) -> FolderItem:
    entry = child.entry
    return FolderItem(
        kind="folder" if entry is None else "key",
        name=child.name,
        path=child.path,
        keys=child.total,
        size=entry.size if entry else None,
        version=entry.version if entry else None,
        revision=entry.mod_revision if entry else None,
        lease=lease_text(entry.lease) if entry else "",
        changed=(entry.changed or None) if entry else None,
    )


def _cursor(position: tuple[str, bool] | None) -> str | None:
    if position is None:
        return None
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def position(cursor: str) -> tuple[str, bool] | None:
    """Behind which child a cursor goes on; 422 for one that was given by nobody."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=tuple[str, bool])
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise invalid("cursor", cursor, "the `next` of an earlier page") from error


def invalid(field: str, given: str, accepts: str) -> Unprocessable:
    """The 422 for one input that `accepts` something else."""
    message = f"This is no valid {field}."
    wrong = FieldError(field=field, value=given[:200], message=message, accepts=accepts)
    return Unprocessable(message, errors=[wrong])
