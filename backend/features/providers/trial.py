"""What a dry-run sign-in would give, told before anybody signs in so."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.ldap.provider import LdapProvider
from auth.oidc.provider import OidcProvider
from auth.providers import AnyProvider
from auth.saml.provider import SamlProvider
from auth.scope import organisation
from auth.subject import Subject, SubjectKind, group
from auth.verb import Verb
from backend.audit import Audit, Target
from backend.db.identity import IdentityRecord, TeamRecord, UserRecord
from backend.db.teams import TeamGroupRecord
from backend.features.providers.schemas import TrialGrant, TrialView
from backend.identity import reading

__all__ = ["record_trial", "trial_view"]


def record_trial(audit: Audit, name: str, login: str, failure: str) -> None:
    """Record that the caller tried somebody's user name and password at the provider `name`."""
    target = Target("identity-provider", name, name, organisation(audit.origin.organisation))
    tried = f"A sign-in was tried with the user name {login[:256]!r}"
    if failure:
        audit.failed("trial", target, detail=f"{tried}: {failure}")
    else:
        audit.did("trial", target, right=Verb.UPDATE, detail=f"{tried}: it would succeed.")


async def trial_view(db: AsyncSession, provider: AnyProvider, found: dict[str, Any]) -> TrialView:
    """What was found, with the account and the roles that it leads to now."""
    account = await _account(db, provider, found)
    groups: list[str] = found.get("groups", [])
    subjects = {group(provider.name, name): name for name in groups}
    if account is not None:
        subjects[Subject(SubjectKind.USER, account.id)] = ""
    bindings = await reading.bindings(db, subjects, time.time())
    return TrialView(
        failure=str(found.get("failure", "")),
        issuer=str(found.get("issuer", "")),
        subject=str(found.get("subject", "")),
        login=str(found.get("login", "")),
        name=str(found.get("name", "")),
        email=str(found.get("email", "")),
        groups=groups,
        refreshes=bool(found.get("refreshes")),
        account=account.login if account else "",
        grants=[
            TrialGrant(role=b.role_id, scope=b.scope, group=subjects[reading.subject(b)])
            for b in bindings
        ],
        teams=await _teams(db, provider, groups),
        advice=_advice(provider, found, known=account is not None, granted=bool(bindings)),
        claims=found.get("claims", {}),
    )


async def _teams(db: AsyncSession, provider: AnyProvider, groups: list[str]) -> list[str]:
    """The teams that these groups belong to."""
    query = (
        select(col(TeamRecord.name))
        .join(TeamGroupRecord, col(TeamGroupRecord.team_id) == col(TeamRecord.id))
        .where(
            col(TeamGroupRecord.provider) == provider.name, col(TeamGroupRecord.name).in_(groups)
        )
    )
    return sorted(set((await db.execute(query)).scalars()))


async def _account(
    db: AsyncSession, provider: AnyProvider, found: dict[str, Any]
) -> UserRecord | None:
    query = (
        select(UserRecord)
        .join(IdentityRecord, col(IdentityRecord.user_id) == col(UserRecord.id))
        .where(
            col(IdentityRecord.provider) == provider.name,
            col(IdentityRecord.issuer) == found.get("issuer", ""),
            col(IdentityRecord.subject) == found.get("subject", ""),
        )
    )
    return (await db.execute(query)).scalar_one_or_none()


def _advice(
    provider: AnyProvider, found: dict[str, Any], *, known: bool, granted: bool
) -> list[str]:
    """What to change, as far as it can be seen from here."""
    if found.get("failure"):
        return []
    told: list[str] = []
    if provider.known_only and not known:
        told.append("This person would be refused: only people who are known already may sign in.")
    told += _about_groups(provider, found)
    if not granted:
        told.append("This person would hold no role: give one of the groups a role.")
    if not found.get("refreshes") and isinstance(provider, OidcProvider):
        told.append(
            "The provider gave no refresh token: groups stay as they were told at sign-in until "
            "the session ends (many want the scope offline_access for it)."
        )
    return told


def _about_groups(provider: AnyProvider, found: dict[str, Any]) -> list[str]:
    many, none = bool(found.get("too_many")), not found.get("groups")
    match provider:
        case LdapProvider() if many:
            told = "The person is in more groups than are read: narrow the filter of groups."
        case LdapProvider() if none and provider.groups_by != "none":
            told = (
                "No groups were read: see where groups are, their filter, and how they name their "
                "members."
            )
        case OidcProvider() if many:
            told = (
                "Not all groups were told: the person is in more than a token holds. Assign groups "
                "to the application at the provider, so that only those are told."
            )
        case OidcProvider() if none and provider.claim_groups:
            told = (
                f"No groups were read: there is no claim {provider.claim_groups!r}, or it is "
                "empty. See below which claims came, and what the provider needs to tell groups."
            )
        case SamlProvider() if many:
            told = (
                "Not all groups were told: the person is in more than the provider sends. Let it "
                "send only groups that are assigned to the application."
            )
        case SamlProvider() if none and provider.attribute_groups:
            told = (
                f"No groups were read: there is no attribute {provider.attribute_groups!r}, or it "
                "is empty. See below which attributes came."
            )
        case _:
            return []
    return [told]
