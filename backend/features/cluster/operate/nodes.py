"""Nodes: cordon and uncordon."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from auth.verb import Verb
from backend.features.cluster.operate.action import Doing, Made, ObjectAction, Upstream
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.schemas import Nothing, Undo
from integrations.kubernetes.writes import PatchType

__all__ = ["ACTIONS"]

NODES: Final = frozenset({"nodes"})
PATCH: Final = Upstream("patch")


def _cordoned(found: Found) -> bool:
    return bool(found.spec.get("unschedulable"))


def _sets(value: bool | None) -> Callable[[Doing, Found, Nothing], Awaitable[Made]]:
    async def perform(doing: Doing, found: Found, _body: Nothing) -> Made:
        # A node's heartbeats change its version all the time: its uid is guard enough here.
        change = {"metadata": {"uid": found.uid}, "spec": {"unschedulable": value}}
        written = await doing.writer.patch(
            found.kind, "", found.name, change, PatchType.MERGE,
            as_=doing.as_, dry_run=doing.dry_run,
        )  # fmt: skip
        return Made(written)

    return perform


ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    ObjectAction(
        "cordon",
        "Place no more pods on a node; those it has stay",
        Verb.CORDON,
        Nothing,
        PATCH,
        _sets(True),
        kinds=NODES,
        applies=lambda found: not _cordoned(found),
        undo=lambda _found, _body: Undo(action="uncordon"),
        shown=frozenset({"spec.unschedulable"}),
    ),
    ObjectAction(
        "uncordon",
        "Place pods on a node again",
        Verb.CORDON,
        Nothing,
        PATCH,
        _sets(None),
        kinds=NODES,
        applies=_cordoned,
        undo=lambda _found, _body: Undo(action="cordon"),
        shown=frozenset({"spec.unschedulable"}),
    ),
)
