"""Rights as a person writes them, made into what is stored, and nobody's beyond their own."""

from __future__ import annotations

from collections.abc import Iterable

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.role import Role, compile_known
from auth.scope import organisation
from auth.verb import Verb
from backend.db.rights import RoleRecord
from backend.errors import Forbidden, Unprocessable

__all__ = ["refuse_beyond", "role_of", "words", "written_out"]


def words(role: Role) -> list[str]:
    """Its rights as ``kind:verb``, sorted, without those of no effect."""
    return sorted(f"{kind}:{verb.value}" for kind, verb in role.pairs)


def role_of(record: RoleRecord, catalogue: Catalogue) -> Role:
    """The stored role as it is in force."""
    return compile_known(record.id, record.title, record.rights, catalogue)


def written_out(rights: Iterable[str], catalogue: Catalogue) -> Role:
    """What `rights` mean for the kinds there are now, so that a kind that comes later opens
    nothing. Raises `Unprocessable` for a verb that a known kind has not, or for ``*`` of no kind.
    """
    role = compile_known("", "", rights, catalogue)
    for right in sorted(role.idle):
        kind, _, verb = right.partition(":")
        if kind in catalogue or "*" in right or verb not in {one.value for one in Verb}:
            raise Unprocessable(
                f"rights: {right} is no right there is",
                errors=[{"field": "rights", "value": right, "message": "is no right there is"}],
            )
    return role


def refuse_beyond(caller: Principal, before: Role | None, after: Role) -> None:
    """Raise `Forbidden` unless the caller holds, in the whole organisation and for good, each right
    that `after` adds, or may escalate. A right of no effect yet is held by nobody."""
    whole = organisation(caller.organisation)
    policy = caller.policy
    if policy.decide("role", Verb.ESCALATE, whole).allowed:
        return
    held = policy.lasting(None).pairs_at(whole)
    known = before or Role("", "", frozenset())
    beyond = {f"{kind}:{verb.value}" for kind, verb in after.pairs - known.pairs - held}
    beyond |= after.idle - known.idle
    if beyond:
        named = ", ".join(sorted(beyond)[:10])
        raise Forbidden(
            f"You may not put into a role what you do not hold in the whole organisation: {named}.",
            needs={"kind": "role", "verb": Verb.ESCALATE.value},
        )
