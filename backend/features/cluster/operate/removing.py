"""Removing objects: delete anything, evict a pod."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from auth.verb import Verb
from backend.features.cluster.operate.action import Doing, Made, ObjectAction, Upstream
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.schemas import Nothing
from integrations.kubernetes.writes import Precondition, Propagation

__all__ = ["ACTIONS", "Deletion"]

_POLICIES: Final = {
    "background": Propagation.BACKGROUND,
    "foreground": Propagation.FOREGROUND,
    "orphan": Propagation.ORPHAN,
}


class Deletion(BaseModel):
    """`dependents`: what becomes of what it owns: it goes too (``background``; ``foreground``:
    before it does), or stays (``orphan``). `grace_seconds` that a pod has to end, null: its own;
    0: it is struck from the cluster at once, and may run on where it is."""

    model_config = ConfigDict(extra="forbid")

    dependents: Literal["background", "foreground", "orphan"] = "background"
    grace_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None


async def _delete(doing: Doing, found: Found, body: Deletion) -> Made:
    written = await doing.writer.delete(
        found.kind, found.namespace, found.name,
        as_=doing.as_,
        precondition=Precondition(uid=found.uid),
        propagation=_POLICIES[body.dependents],
        grace_seconds=body.grace_seconds,
        dry_run=doing.dry_run,
    )  # fmt: skip
    return Made(written, _held_by(found))


def _held_by(found: Found) -> tuple[str, ...]:
    held = [str(name) for name in found.meta.get("finalizers") or []]
    if not held:
        return ()
    names = ", ".join(held[:5])
    return (f"It stays until what holds it lets go: {names}.",)


async def _evict(doing: Doing, found: Found, _body: Nothing) -> Made:
    written = await doing.writer.evict(
        found.kind, found.namespace, found.name,
        as_=doing.as_, uid=found.uid, dry_run=doing.dry_run,
    )  # fmt: skip
    return Made(written)


ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    ObjectAction(
        "evict",
        "Ask a pod to leave its node, as disruption budgets allow",
        Verb.EVICT,
        Nothing,
        Upstream("create", "eviction"),
        _evict,
        kinds=frozenset({"pods"}),
        applies=lambda found: not found.meta.get("deletionTimestamp"),
        reads=False,
    ),
    ObjectAction(
        "delete",
        "Delete an object",
        Verb.DELETE,
        Deletion,
        Upstream("delete"),
        _delete,
        reads=False,
    ),
)
