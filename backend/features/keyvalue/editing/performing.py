"""Changing a key: read, compare with what the person saw, record, send, tell what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from auth.verb import Verb
from backend.audit import Change, Target
from backend.errors import Conflict, PreconditionFailed, PreconditionRequired, Problem
from backend.features.keyvalue.editing.schemas import KeyChanged
from backend.features.keyvalue.editing.state import Asking, state_of, version_of
from backend.features.keyvalue.editing.values import facts_of
from backend.features.keyvalue.full import full
from backend.features.keyvalue.leases.attaching import LEASE_GONE
from backend.features.keyvalue.rules import check_key
from backend.http.attempt import Attempt, attempted
from backend.http.guard import require
from backend.http.offering import Undo
from integrations.contract import (
    IntegrationError,
    NotFound,
    UpstreamFailed,
    UpstreamRefused,
    UpstreamUnreachable,
)
from integrations.etcd.errors import NoSpace
from integrations.etcd.models import KeyValue
from integrations.etcd.writing import ABSENT, EtcdWriter, Written

__all__ = ["Doing", "perform", "target_of"]

_SHOWN: Final = frozenset({"bytes", "lease", "sha256"})
_ASKED: Final = "No answer came, and the key was found as it was asked for."


@dataclass(frozen=True, slots=True)
class Doing:
    """One change. `send` and `after` are given the key as it was read; `after` is what it then is
    (None: gone). `new`: it must not be there yet."""

    send: Callable[[EtcdWriter, KeyValue | None], Awaitable[Written]]
    after: Callable[[KeyValue | None], KeyValue | None]
    new: bool = False
    notes: tuple[str, ...] = ()


async def perform(asking: Asking, doing: Doing, attempt: Attempt) -> KeyChanged:
    """Do it. Raises `PreconditionFailed` with the key as it is when it is not as the caller saw
    it, `Conflict` when it or its connection is only read, and what etcd refuses."""
    of = asking.of
    check_key(of.connection.settings, of.key)
    writer = EtcdWriter(of.connection.client)
    held, _ = await writer.read(of.key)
    check_key(of.connection.settings, of.key, held.value if held else b"")
    await _same(asking, held, new=doing.new)
    if held is None:
        require(asking.caller, "key", Verb.CREATE, of.where)
    async with attempted(attempt, f"sent: {of.path}", f"no answer came: {of.path}"):
        written = await _sent(asking, doing, attempt, writer, held)
        if not written.made:
            await attempt.end("failed", f"{of.path}: somebody else changed it meanwhile")
            raise await _stale(asking, written.now)
        after = doing.after(held)
        change = Change.between(facts_of(held), facts_of(after), show=_SHOWN)
        told = f"revision {written.revision}" if written.revision else ""
        await attempt.end("success", of.path, change=change, upstream=told)
    notes = [*doing.notes, *([_ASKED] if written.asked else [])]
    return KeyChanged(
        etcd=of.connection.name,
        path=of.path,
        version=str(written.revision if after else ABSENT),
        revision=written.revision,
        size=len(after.value) if after else 0,
        notes=notes,
        undo=_undo(asking, held, after),
    )


async def _sent(
    asking: Asking, doing: Doing, attempt: Attempt, writer: EtcdWriter, held: KeyValue | None
) -> Written:
    path = asking.of.path
    try:
        return await doing.send(writer, held)
    except (UpstreamUnreachable, UpstreamFailed) as error:
        # In trouble of its own it may not know the end itself.
        await attempt.end("unknown", f"{path}: {error.message}", upstream=error.upstream)
        raise
    except (IntegrationError, Problem) as error:
        await attempt.end("failed", f"{path}: {error}"[:2000])
        raise _in_words(asking, error) from error


def _in_words(asking: Asking, error: Exception) -> Exception:
    """What etcd refuses, said so that one can act on it."""
    if isinstance(error, NotFound) and "lease" in error.message:
        return Conflict(LEASE_GONE)
    if isinstance(error, NoSpace):
        return full(asking.of.connection.name, asking.caller, error)
    if isinstance(error, UpstreamRefused) and "too large" in error.message:
        return Conflict(
            f"{error.upstream} takes no request of this size (--max-request-bytes): nothing was "
            "changed."
        )
    return error


async def _same(asking: Asking, held: KeyValue | None, *, new: bool) -> None:
    tag = f'"{version_of(held)}"'
    if new:
        if held is not None:
            raise Conflict(
                f"There is a key {asking.of.path} already: edit it instead.", headers={"ETag": tag}
            )
        return
    if asking.if_match is None:
        raise PreconditionRequired(
            "Send If-Match with the version you read, so that nobody's change is overwritten.",
            headers={"ETag": tag},
        )
    if tag not in {one.strip().removeprefix("W/") for one in asking.if_match.split(",")}:
        raise await _stale(asking, held)


async def _stale(asking: Asking, held: KeyValue | None) -> Problem:
    was = "was changed" if held else "was deleted, or its lease ran out,"
    current = await state_of(asking, held)
    return PreconditionFailed(
        f"{asking.of.path} {was} meanwhile. Nothing of yours was stored: look at it as it is now.",
        headers={"ETag": f'"{version_of(held)}"'},
        current=current.model_dump(mode="json"),
    )


def _undo(asking: Asking, held: KeyValue | None, after: KeyValue | None) -> Undo | None:
    """What was there is still held at its revision, until that is compacted."""
    if held is None:
        return Undo(action="delete") if after and asking.may(Verb.DELETE) else None
    if not asking.may(Verb.UPDATE if after else Verb.CREATE):
        return None
    return Undo(action="restore", body={"revision": held.mod_revision})


def target_of(asking: Asking) -> Target:
    """The key in the record."""
    of = asking.of
    return Target("key", of.path, f"{of.connection.name}:{of.path}", of.where)
