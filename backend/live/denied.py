"""Refusals of lists, rows and subscriptions, with what the audit record says of them."""

from __future__ import annotations

from auth.principal import Principal
from auth.role import Verb
from auth.scope import organisation
from backend.audit import Target
from backend.http.denial import Denial
from backend.live.collection import Collection
from backend.live.errors import NoSuchRow, RightMissing
from backend.live.guard import Guard

__all__ = ["no_right", "no_row"]


def no_right(caller: Principal, collection: Collection, verb: Verb) -> RightMissing:
    """403: `caller` may `verb` nothing of the collection's kind, anywhere."""
    problem = RightMissing(collection.kind, verb.value)
    problem.denial = _denial(caller, collection, verb, "")
    return problem


def no_row(caller: Principal, collection: Collection, guard: Guard, key: str) -> NoSuchRow:
    """404: the row is missing, or `guard` hides it.

    It is recorded unless the guard hides nothing. Whether the row exists must not decide: the
    time a record takes would tell the caller.
    """
    problem = NoSuchRow(collection.kind)
    if not guard.sees_all:
        problem.denial = _denial(caller, collection, Verb.GET, key)
    return problem


def _denial(caller: Principal, collection: Collection, verb: Verb, key: str) -> Denial:
    where = organisation(caller.organisation)
    return Denial(caller, verb, Target(collection.kind, key, key or collection.name, where))
