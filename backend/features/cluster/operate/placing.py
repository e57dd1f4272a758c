"""Where the right to an action is needed: as a rule where the object lies."""

from __future__ import annotations

from auth import scope
from auth.principal import Principal
from auth.scope import Scope, render
from backend.audit import Target
from backend.errors import Forbidden
from backend.features.cluster.operate.action import Offerable
from backend.http.denial import Denial

__all__ = ["check_place", "place_for"]


def place_for(action: Offerable, plural: str, where: Scope) -> Scope:
    """The labels of a namespace decide which teams own it and how its pods are guarded: whoever
    sets them needs the right in the whole cluster."""
    if action.id in {"labels", "edit"} and plural == "namespaces":
        organisation, cluster = where[1], where[3]
        return scope.cluster(organisation, cluster)
    return where


def check_place(
    caller: Principal, kind: str, action: Offerable, where: Scope, place: Scope
) -> None:
    """Raise `Forbidden` for who holds the right where the object lies, not where it is needed."""
    if place == where or caller.policy.decide(kind, action.verb, place).allowed:
        return
    problem = Forbidden(
        "The labels of a namespace decide which teams own it and how its pods are guarded: whoever "
        f"sets them needs the right to {action.verb} namespaces in the whole cluster.",
        needs={"kind": kind, "verb": action.verb.value},
    )
    problem.denial = Denial(caller, action.verb, Target(kind, "", render(place), place))
    raise problem
