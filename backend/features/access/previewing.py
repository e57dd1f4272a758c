"""What a grant would give, told before it is made: nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from auth.kinds import Catalogue, Pair
from auth.principal import Principal
from auth.scope import organisation, render, team
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.features.access.bindings import Grant
from backend.features.access.schemas import GrantPreview, NewBinding, RightKind
from backend.identity.holdings import policy_of
from backend.identity.reach import people_behind

__all__ = ["preview_of"]


async def preview_of(
    db: AsyncSession, caller: Principal, body: NewBinding, grant: Grant, catalogue: Catalogue
) -> GrantPreview:
    """What `grant` would add to what its subject holds, as far as the caller may know."""
    subject = grant.subject
    people: int | None = None
    if _may_count(caller, subject, body.subject):
        people = len((await people_behind(db, [subject])).get(subject, ()))
    gains: list[RightKind] | None = None
    if caller.policy.decide("binding", Verb.GET, grant.scope).allowed:
        held = (await policy_of(db, subject, catalogue)).pairs_at(grant.scope)
        gains = by_kind(grant.role.pairs - held, catalogue)
    return GrantPreview(
        role=grant.role.title,
        rights=len(grant.role.pairs),
        gains=gains,
        gains_total=None if gains is None else sum(len(one.verbs) for one in gains),
        scopes=[render(one.scope) for one in grant.given],
        people=people,
    )


def by_kind(pairs: Iterable[Pair], catalogue: Catalogue) -> list[RightKind]:
    """The rights by what they are about, in the order of the catalogue."""
    held = set(pairs)
    verbs = {k: [verb.value for verb in Verb if (k.name, verb) in held] for k in catalogue}
    return [RightKind(kind=k.name, title=k.title, verbs=some) for k, some in verbs.items() if some]


def _may_count(caller: Principal, subject: Subject, name: str) -> bool:
    """Whether the caller may know how many people it is; none is one who is switched off."""
    org, policy = caller.organisation, caller.policy
    if subject.kind is SubjectKind.TEAM:
        return policy.decide("team", Verb.GET, team(org, name)).allowed
    return policy.decide("user", Verb.LIST, organisation(org)).allowed
