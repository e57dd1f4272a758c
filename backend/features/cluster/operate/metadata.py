"""Labels, annotations and taints: each entry guarded by what it was when it was read."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auth.verb import Verb
from backend.features.cluster.operate.action import Doing, Made, ObjectAction, Overtaken, Upstream
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.schemas import TaintView, Undo
from backend.features.cluster.text.paths import REPEATED
from integrations.kubernetes.writes import PatchType

__all__ = ["ACTIONS", "Entries", "Entry", "Taints", "taints_of"]

PATCH: Final = Upstream("patch")
_MOST: Final = 64


class Entry(BaseModel):
    """One label or annotation: what it shall be, null to remove it; and what it `was` when the
    person looked, null where there was none."""

    model_config = ConfigDict(extra="forbid")

    among: Literal["labels", "annotations"] = "labels"
    key: Annotated[str, Field(min_length=1, max_length=317)]
    value: Annotated[str, Field(max_length=65_536)] | None
    was: Annotated[str, Field(max_length=262_144)] | None = None


class Entries(BaseModel):
    """What is set and removed, all of it or nothing."""

    model_config = ConfigDict(extra="forbid")

    entries: Annotated[list[Entry], Field(min_length=1, max_length=_MOST)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        named = {(entry.among, entry.key) for entry in self.entries}
        if len(named) != len(self.entries):
            raise ValueError("one label or annotation is named twice")
        if any(entry.key == REPEATED for entry in self.entries):
            raise ValueError(f"{REPEATED} is kubectl's own")
        return self


class Taints(BaseModel):
    """All taints a node shall have, and those it had when the person looked."""

    model_config = ConfigDict(extra="forbid")

    taints: Annotated[list[TaintView], Field(max_length=_MOST)]
    was: Annotated[list[TaintView], Field(max_length=_MOST)]


def _held(found: Found, among: str) -> dict[str, str]:
    return found.labels if among == "labels" else found.annotations


async def _set_entries(doing: Doing, found: Found, body: Entries) -> Made:
    for entry in body.entries:
        now = _held(found, entry.among).get(entry.key)
        if now != entry.was:
            raise Overtaken
    change: dict[str, Any] = {"resourceVersion": found.resource_version}
    for entry in body.entries:
        change.setdefault(entry.among, {})[entry.key] = entry.value
    written = await doing.writer.patch(
        found.kind, found.namespace, found.name, {"metadata": change}, PatchType.MERGE,
        as_=doing.as_, dry_run=doing.dry_run,
    )  # fmt: skip
    return Made(written)


def _back(found: Found, body: Entries) -> Undo:
    entries = [
        Entry(
            among=entry.among,
            key=entry.key,
            value=_held(found, entry.among).get(entry.key),
            was=entry.value,
        ).model_dump()
        for entry in body.entries
    ]
    return Undo(action="labels", body={"entries": entries})


def taints_of(found: Found) -> list[TaintView]:
    """The taints of a node, as they are given back."""
    listed = found.spec.get("taints") or []
    return [TaintView.model_validate(one, extra="ignore") for one in listed]


async def _set_taints(doing: Doing, found: Found, body: Taints) -> Made:
    if _sorted(taints_of(found)) != _sorted(body.was):
        raise Overtaken
    kept = {_name(one): one for one in found.spec.get("taints") or []}
    # What is kept keeps when it was set: pods are evicted by that.
    wanted = [kept.get(_key(taint), taint.model_dump()) for taint in body.taints]
    change = {
        "metadata": {"resourceVersion": found.resource_version},
        "spec": {"taints": wanted or None},
    }
    written = await doing.writer.patch(
        found.kind, "", found.name, change, PatchType.MERGE, as_=doing.as_, dry_run=doing.dry_run
    )
    return Made(written)


def _key(taint: TaintView) -> tuple[str, str, str]:
    return taint.key, taint.value, taint.effect


def _name(taint: dict[str, Any]) -> tuple[str, str, str]:
    return taint.get("key", ""), taint.get("value", ""), taint.get("effect", "")


def _sorted(taints: list[TaintView]) -> list[tuple[str, str, str]]:
    return sorted(_key(taint) for taint in taints)


def _old_taints(found: Found, body: Taints) -> Undo:
    old = [taint.model_dump() for taint in taints_of(found)]
    now = [taint.model_dump() for taint in body.taints]
    return Undo(action="taints", body={"taints": old, "was": now})


ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    ObjectAction(
        "labels",
        "Set and remove labels and annotations",
        Verb.UPDATE,
        Entries,
        PATCH,
        _set_entries,
        undo=_back,
        guarded=False,
    ),
    ObjectAction(
        "taints",
        "Set the taints of a node",
        Verb.UPDATE,
        Taints,
        PATCH,
        _set_taints,
        kinds=frozenset({"nodes"}),
        undo=_old_taints,
        guarded=False,
    ),
)
