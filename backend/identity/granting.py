"""Nobody gives what they do not hold (identity reference, section 2.3), whatever carries it: a
binding, a token of a service account, a member of a team, a role that is edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auth.binding import Binding
from auth.policy import Policy
from auth.principal import Principal
from auth.role import Role
from auth.verb import Verb
from backend.errors import Forbidden

__all__ = ["Granter", "may_give", "may_give_by", "refuse_escalation"]


@dataclass(frozen=True, slots=True)
class Granter:
    """Who grants, and the roles there are to be granted, by id."""

    caller: Principal
    roles: Mapping[str, Role]


def may_give(caller: Principal, given: Binding) -> bool:
    """Whether the caller holds every right of it where it is given, at least as long, or may
    bind any role there."""
    return may_give_by(caller.policy, given)


def may_give_by(policy: Policy, given: Binding) -> bool:
    """The same of whoever holds `policy`, whether or not they are calling."""
    lasting = policy.lasting(given.expires)
    if given.role.pairs <= lasting.pairs_at(given.scope):
        return True
    return lasting.decide("role", Verb.BIND, given.scope).allowed


def refuse_escalation(caller: Principal, given: Iterable[Binding], sentence: str) -> None:
    """Raise `Forbidden`, which begins with `sentence`, unless the caller may give all of it."""
    if all(may_give(caller, one) for one in given):
        return
    raise Forbidden(
        f"{sentence}: you do not hold all of it yourself, or not for as long.",
        needs={"kind": "role", "verb": Verb.BIND.value},
    )
