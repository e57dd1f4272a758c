"""The shape of an action: what it is called, whom it is for, what it sends and how it is undone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from auth.verb import Verb
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.schemas import FieldChange, Undo
from integrations.caller import Caller
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.writes import ObjectWriter, Written

__all__ = [
    "Doing",
    "Made",
    "ObjectAction",
    "Offerable",
    "Overtaken",
    "Undertaking",
    "Upstream",
    "always",
    "never_undone",
]

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Upstream:
    """What the cluster is asked to allow, in its own terms: of the object's kind, unless another
    `resource` of `group` is meant."""

    verb: str
    subresource: str = ""
    resource: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Doing:
    """What an action works with: the cluster, asked as the caller. `dry_run`: nothing is kept."""

    reader: ObjectReader
    writer: ObjectWriter
    as_: Caller | None
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What the cluster answered. `notes` are sentences for the person; `name` is that of an object
    that is new; `object` is compared with what was found, unless it is another (`apart`), or the
    `changes` are told already. `undo`: the way back, where only the answer tells it."""

    written: Written
    notes: tuple[str, ...] = ()
    name: str = ""
    apart: bool = False
    changes: list[FieldChange] | None = None
    undo: Undo | None = None


def always(_found: Found) -> bool:
    """It makes sense however the object stands."""
    return True


def never_undone(_found: Found, _body: Any) -> Undo | None:
    """There is no way back."""
    return None


async def unchecked(_doing: Doing, _found: Found, _body: Any) -> None:
    """Only the cluster can tell."""


class Offerable(Protocol):
    """What is offered for an object, whatever does it."""

    @property
    def id(self) -> str:
        """As addresses and buttons name it."""

    @property
    def verb(self) -> Verb:
        """The console's right on the object's kind."""

    @property
    def upstream(self) -> Upstream:
        """What the cluster is asked to allow."""

    @property
    def applies(self) -> Callable[[Found], bool]:
        """Whether it makes sense as the object stands."""

    def suits(self, kind: ResourceKind) -> bool:
        """Whether objects of that kind have it: a custom kind may be called as a built-in one."""


class Overtaken(Exception):
    """What an action compared for itself is not as the person saw it."""


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What takes longer than a request and has routes of its own; offered as the others are."""

    id: str
    verb: Verb
    upstream: Upstream
    kinds: frozenset[str]
    applies: Callable[[Found], bool] = always

    def suits(self, kind: ResourceKind) -> bool:
        """Whether objects of that kind have it."""
        return kind.plural in self.kinds and not kind.custom


@dataclass(frozen=True, slots=True)
class ObjectAction(Generic[B]):
    """One thing that can be done to an object.

    A new action is one of these in `catalogue.ACTIONS`: its route, the guard, the dry run, the
    record, the offer and the answer come from it. `kinds` are plurals; empty: every kind.
    `perform` sends the change and includes `found.resource_version` where its request can: then a
    change of the status in between is a `Conflict`, on which it is tried again on what is there.
    """

    id: str
    title: str
    verb: Verb
    body: type[B]
    upstream: Upstream
    perform: Callable[[Doing, Found, B], Awaitable[Made]]
    kinds: frozenset[str] = frozenset()
    check: Callable[[Doing, Found, B], Awaitable[None]] = unchecked
    """Refuses what is wrong with the request itself: before it is on record that it was sent."""
    unless: frozenset[str] = frozenset()
    """Plurals of kinds that have it not, where `kinds` says every one."""
    applies: Callable[[Found], bool] = always
    undo: Callable[[Found, B], Undo | None] = never_undone
    reads: bool = True
    """Whether `found` is compared with what the cluster answered."""
    fresh: bool = False
    """Whether who asks must have shown lately who they are."""
    guarded: bool = True
    """Whether it needs `If-Match`: what compares for itself what it changes does not."""
    shown: frozenset[str] = field(default_factory=frozenset)
    """Paths whose values may stand in the record; of others it tells that they changed."""
    body_bytes: int | None = None
    """Bytes of a request, where it may have more than others."""

    def suits(self, kind: ResourceKind) -> bool:
        """Whether objects of that kind have it."""
        if kind.plural in self.unless and not kind.custom:
            return False
        return not self.kinds or (kind.plural in self.kinds and not kind.custom)
