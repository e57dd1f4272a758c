"""A write that the store has no space for, said where it failed and with the way out."""

from __future__ import annotations

from urllib.parse import quote

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.errors import Conflict
from integrations.etcd.errors import NoSpace

__all__ = ["full"]


def full(name: str, caller: Principal, error: NoSpace) -> Conflict:
    """The refusal in words. `guide` is the runbook that frees the space, for who may read it there;
    others are told whom to ask."""
    where = scope.etcd(caller.organisation, name)
    said = (
        f"{error.upstream} has used up its space (the alarm NOSPACE) and takes no values: nothing "
    )
    said += "was changed. Keys can still be deleted"
    if caller.policy.decide("etcdmember", Verb.GET, where).allowed:
        guide = f"/key-value/{quote(name, safe='')}/runbooks/nospace"
        return Conflict(f"{said}; the runbook frees space step by step.", guide=guide)
    return Conflict(f"{said}; who maintains the store can free space and take the alarm back.")
