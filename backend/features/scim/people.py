"""Provisioned people as rows: read, written, found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from scim2_models import InvalidValueException, Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.provisioning import ProvisionedGroup, ProvisionedMember, ProvisionedUser
from backend.features.scim.filtering import Field, flag, folded_text, moment, text
from backend.features.scim.models import Email, MemberOf, Name, User
from backend.features.scim.texts import MOST_EMAILS, folded, line

__all__ = ["FIELDS", "facts", "groups_of", "resource", "shown_name", "values_of", "version"]

_ROW: Final = ProvisionedUser
FIELDS: Final[Mapping[str, Field]] = {
    "id": Field(col(_ROW.id), text),
    "external_id": Field(col(_ROW.external_id), text),
    "user_name": Field(col(_ROW.user_folded), folded_text),
    "display_name": Field(col(_ROW.display_folded), folded_text),
    "active": Field(col(_ROW.active), flag),
    "meta.created": Field(col(_ROW.created), moment),
    "meta.last_modified": Field(col(_ROW.changed), moment),
}
"""What people can be filtered by."""
_SHOWN: Final = ("user_name", "external_id", "display_name", "active")


def version(number: int) -> str:
    """The entity tag of a version."""
    return f'W/"{number}"'


def at(seconds: float) -> datetime:
    """The time as SCIM writes it."""
    return datetime.fromtimestamp(seconds, UTC)


def resource(row: ProvisionedUser, groups: Iterable[ProvisionedGroup] = ()) -> User:
    """The person as the provider is told."""
    kept = row.attributes
    memberships = [
        MemberOf(value=one.id, ref=f"Groups/{one.id}", display=one.name) for one in groups
    ]
    return User(
        id=row.id,
        external_id=row.external_id,
        user_name=row.user_name,
        display_name=row.display_name,
        active=row.active,
        name=Name(**kept["name"]) if kept.get("name") else None,
        emails=[Email(**one) for one in kept.get("emails", ())] or None,
        groups=memberships or None,
        meta=Meta(
            resource_type="User",
            created=at(row.created),
            last_modified=at(row.changed),
            version=version(row.row_version),
        ),
    )


def values_of(user: User) -> dict[str, Any]:
    """What the row keeps of what the provider tells. `InvalidValueException`."""
    name = line("userName", user.user_name) or ""
    if not name:
        raise InvalidValueException(detail="userName: give one")
    shown = line("displayName", user.display_name)
    return {
        "external_id": line("externalId", user.external_id) or None,
        "user_name": name,
        "user_folded": folded(name),
        "display_name": shown,
        "display_folded": None if shown is None else folded(shown),
        "active": user.active,
        "attributes": {"name": _name(user), "emails": _emails(user)},
    }


def shown_name(row: ProvisionedUser) -> str:
    """The name as people are shown it."""
    name = row.attributes.get("name") or {}
    parts = [name.get("given_name"), name.get("family_name")]
    whole = name.get("formatted") or " ".join(part for part in parts if part)
    return (row.display_name or whole or row.user_name)[:256]


def facts(row: ProvisionedUser) -> dict[str, object]:
    """What is recorded of a change."""
    return {name: getattr(row, name) for name in _SHOWN}


async def groups_of(
    db: AsyncSession, people: Iterable[ProvisionedUser]
) -> dict[str, list[ProvisionedGroup]]:
    """By the person's id, the groups they are in."""
    found: dict[str, list[ProvisionedGroup]] = {row.id: [] for row in people}
    query = (
        select(col(ProvisionedMember.member_id), ProvisionedGroup)
        .join(ProvisionedGroup, col(ProvisionedGroup.id) == col(ProvisionedMember.group_id))
        .where(col(ProvisionedMember.member_id).in_(found))
        .order_by(col(ProvisionedGroup.name))
    )
    for member, group in (await db.execute(query)).all():
        found[member].append(group)
    return found


def _name(user: User) -> dict[str, str]:
    if user.name is None:
        return {}
    parts = {
        "formatted": line("name.formatted", user.name.formatted),
        "family_name": line("name.familyName", user.name.family_name),
        "given_name": line("name.givenName", user.name.given_name),
    }
    return {part: value for part, value in parts.items() if value is not None}


def _emails(user: User) -> list[dict[str, Any]]:
    told = user.emails or []
    if len(told) > MOST_EMAILS:
        raise InvalidValueException(detail=f"emails: {MOST_EMAILS} at most")
    kept = [
        {
            "value": line("emails.value", one.value),
            "type": line("emails.type", one.type),
            "primary": one.primary,
        }
        for one in told
    ]
    return [{part: value for part, value in one.items() if value is not None} for one in kept]
