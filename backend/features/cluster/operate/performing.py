"""Doing an action: read, compare with what the person saw, record, send, tell what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from auth.principal import Principal
from auth.scope import Scope
from backend.audit import Change, Target
from backend.connections.acting import kubernetes_caller
from backend.errors import Conflict, PreconditionFailed, PreconditionRequired, Problem
from backend.features.cluster.kinds import permission_kind
from backend.features.cluster.operate.action import Doing, Made, ObjectAction, Overtaken
from backend.features.cluster.operate.changes import differences, told
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.managers import with_managers
from backend.features.cluster.operate.refused import recordable
from backend.features.cluster.operate.schemas import Acted, FieldChange
from backend.features.cluster.operate.state import operable
from backend.features.cluster.service import missing_alike
from backend.http.attempt import Attempt, attempted
from integrations.contract import (
    IntegrationError,
    Invalid,
    UpstreamConflict,
    UpstreamFailed,
    UpstreamUnreachable,
)
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.errors import BudgetExceeded
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.writes import ObjectWriter

__all__ = ["Asking", "find", "perform", "same", "target_of"]

_TRIES: Final = 5
"""Its status may change between reading and changing; what is asked of it did not."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what of which object. `if_match` is the version they saw, as an ETag."""

    connection: KubernetesConnection
    caller: Principal
    kind: ResourceKind
    namespace: str
    name: str
    where: Scope
    if_match: str | None
    dry_run: bool

    @property
    def reader(self) -> ObjectReader:
        """The cluster, asked as the caller."""
        client = self.connection.client
        return ObjectReader(client, kubernetes_caller(self.caller, client.settings, self.namespace))

    @property
    def doing(self) -> Doing:
        """What an action works with."""
        client = self.connection.client
        as_ = kubernetes_caller(self.caller, client.settings, self.namespace)
        return Doing(ObjectReader(client, as_), ObjectWriter(client), as_, self.dry_run)


async def find(asking: Asking) -> Found:
    """The object as it is; 404 as for one that may not be seen."""
    with missing_alike():
        whole = await asking.reader.read(asking.kind, asking.namespace, asking.name)
    return Found(asking.kind, asking.namespace, asking.name, whole.raw)


async def perform(
    action: ObjectAction[Any], asking: Asking, body: BaseModel, attempt: Attempt
) -> Acted:
    """Do it, or try it without keeping anything (`dry_run`), which is not recorded.

    Raises `PreconditionFailed` with the present object when it is not as the caller saw it,
    `Conflict` when its state or a disruption budget is against it, and what the cluster refuses.
    """
    found = await _checked(action, asking, body)
    if asking.dry_run:
        return _acted(action, found, body, await _tried(action, asking, found, body), dry_run=True)
    async with attempted(attempt, f"sent: {found.words}", f"no answer came: {found.words}"):
        try:
            made = await _tried(action, asking, found, body)
        except (UpstreamUnreachable, UpstreamFailed) as error:
            # In trouble of its own it may not know the end itself.
            await attempt.end("unknown", f"{found.words}: {error.message}", upstream=error.upstream)
            raise
        except (IntegrationError, Problem) as error:
            await attempt.end("failed", f"{found.words}: {recordable(error)}")
            raise
        acted = _acted(action, found, body, made, dry_run=False)
        detail = f"{found.words} → {made.name}" if made.name else found.words
        await attempt.end(
            "success", detail,
            change=_recorded(action, acted.changes), upstream=f"audit id {made.written.audit_id}",
        )  # fmt: skip
        return acted


async def _checked(action: ObjectAction[Any], asking: Asking, body: BaseModel) -> Found:
    found = await find(asking)
    if action.guarded:
        await same(asking, found)
    if not action.applies(found):
        raise Conflict(f"{found.words} is in that state already: look at it as it is now.")
    try:
        await action.check(asking.doing, found, body)
    except Overtaken as error:
        raise await _stale(asking, found) from error
    return found


async def same(asking: Asking, found: Found) -> None:
    """428 without `If-Match`, 412 with the object as it is when that names another version."""
    tag = f'"{found.version}"'
    if asking.if_match is None:
        raise PreconditionRequired(
            "Send If-Match with the version you read, so that nobody's change is overwritten.",
            headers={"ETag": tag},
        )
    if tag not in {one.strip().removeprefix("W/") for one in asking.if_match.split(",")}:
        raise await _stale(asking, found)


async def _stale(asking: Asking, found: Found) -> PreconditionFailed:
    current = await operable(asking.connection, asking.caller, found, asking.where)
    return PreconditionFailed(
        f"{found.words} was changed meanwhile. Look at it as it is now and try again.",
        headers={"ETag": f'"{found.version}"'},
        current=current.model_dump(mode="json"),
    )


async def _tried(action: ObjectAction[Any], asking: Asking, found: Found, body: BaseModel) -> Made:
    """Send it; again when only the object's status changed meanwhile."""
    for _ in range(_TRIES):
        try:
            return await action.perform(asking.doing, found, body)
        except Overtaken as error:
            raise await _stale(asking, found) from error
        except BudgetExceeded as error:
            raise Conflict(f"A disruption budget is against it: {error.message}") from error
        except (UpstreamConflict, Invalid) as error:
            now = await find(asking)
            if now.resource_version == found.resource_version:
                raise  # it is refused for what is asked, not for what changed
            if now.version != found.version if action.guarded else now.uid != found.uid:
                raise await _stale(asking, now) from error
            found = now
    raise Conflict(
        f"{found.words} changes all the time: its state was another at each of {_TRIES} tries. "
        "Nothing was changed; try again."
    )


def _acted(
    action: ObjectAction[Any], found: Found, body: Any, made: Made, *, dry_run: bool
) -> Acted:
    after = made.written.object
    same = not made.apart and (after.get("metadata") or {}).get("uid") == found.uid
    changes = made.changes
    if changes is None:
        changes = differences(found.raw, after) if same and action.reads else []
    changes = with_managers(changes, found.raw)
    now = Found(found.kind, found.namespace, found.name, after)
    return Acted(
        dry_run=dry_run,
        version=now.version if same else "",
        warnings=list(made.written.warnings),
        notes=list(made.notes),
        leaving=same and bool(now.meta.get("deletionTimestamp")),
        made=made.name,
        undo=None if dry_run else made.undo or action.undo(found, body),
        **told(changes),
    )


def _recorded(action: ObjectAction[Any], changes: list[FieldChange]) -> Change | None:
    if not changes:
        return None
    before = {one.path: one.before for one in changes}
    return Change.between(before, {one.path: one.after for one in changes}, show=action.shown)


def target_of(asking: Asking) -> Target:
    """The object in the record."""
    place = "/".join(
        part for part in (asking.connection.settings.name, asking.namespace, asking.name) if part
    )
    kind = permission_kind(asking.kind)
    return Target(kind, f"{asking.kind.plural}/{place}", asking.name, asking.where)
