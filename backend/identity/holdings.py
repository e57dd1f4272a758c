"""What a subject holds now, whoever asks: for granting, for tokens and for explanations."""

from __future__ import annotations

import time
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from auth.kinds import Catalogue
from auth.policy import Policy
from auth.subject import Subject
from backend.identity import reading
from backend.identity.owned import owned_by
from backend.identity.principals import all_roles, compile_bindings

__all__ = ["policy_behind", "policy_of", "policy_without", "subjects_of"]


async def subjects_of(db: AsyncSession, subject: Subject) -> frozenset[Subject]:
    """Everything `subject` holds rights as; nothing for who is switched off or gone, itself for a
    team or a group."""
    found = await reading.people(db, [subject])
    if subject.kind in reading.CALLERS:
        return found[subject].subjects if subject in found else frozenset()
    return frozenset({subject})


async def policy_of(db: AsyncSession, subject: Subject, catalogue: Catalogue) -> Policy:
    """The policy that a session of `subject` would have at this moment."""
    return await _compiled(db, await subjects_of(db, subject), catalogue)


async def policy_without(
    db: AsyncSession, subject: Subject, catalogue: Catalogue, told_after: float
) -> Policy | None:
    """What `subject` holds while they are not asking anything themselves, as a token of theirs
    would: None for who is switched off, gone, or kept out by their provider, and without groups of
    which a provider said so before `told_after`."""
    person = (await reading.people(db, [subject])).get(subject)
    if person is None or person.refused:
        return None
    return await _compiled(db, person.since(told_after).subjects, catalogue)


async def policy_behind(db: AsyncSession, account: Subject, catalogue: Catalogue) -> Policy:
    """The policy that whoever gets hold of `account`, of a person or a service, could have, be it
    switched off now."""
    found = await reading.people(db, [account], switched_off=True)
    return await _compiled(db, found[account].subjects if account in found else (), catalogue)


async def _compiled(
    db: AsyncSession, subjects: Collection[Subject], catalogue: Catalogue
) -> Policy:
    records = await reading.bindings(db, subjects, time.time())
    roles = all_roles(await reading.custom_roles(db, {r.role_id for r in records}), catalogue)
    owned = await owned_by(db, {r.scope for r in records})
    return Policy(compile_bindings(records, roles, owned))
