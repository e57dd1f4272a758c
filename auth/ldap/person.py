"""Who somebody is, read from their entry by the attributes a directory keeps it in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from auth.ldap.entries import Entry, identifier
from auth.ldap.problems import Unusable
from auth.ldap.provider import LdapProvider
from auth.ldap.standing import ATTRIBUTES
from auth.person import LENGTH, LOGIN_LENGTH, MOST_GROUPS, Person, group_name, line

__all__ = ["asked_of", "read_person", "shown"]

_KEPT: Final = 50


def asked_of(provider: LdapProvider) -> tuple[str, ...]:
    """The attributes that tell who somebody is and whether they may come in."""
    own = (
        provider.unique,
        provider.login_attribute,
        provider.name_attribute,
        provider.email_attribute,
        "memberOf",
    )
    return tuple(dict.fromkeys((*own, *provider.login_by, *ATTRIBUTES)))


def read_person(
    entry: Entry, provider: LdapProvider, groups: Collection[str], *, too_many: bool
) -> Person:
    """The person of an entry. Raises `Unusable` where it has nothing to be known by for ever."""
    subject = identifier(entry, provider.unique)
    if not subject:
        raise Unusable(
            "unique", f"the entry has no single {provider.unique}, so nobody can be known by it"
        )
    email = line(entry.text(provider.email_attribute), LENGTH)
    login = line(entry.text(provider.login_attribute), LOGIN_LENGTH) or email or subject
    usable = {name for one in groups if (name := group_name(one))}
    return Person(
        issuer=provider.identity_issuer,
        subject=subject,
        sid="",
        login=login.replace(" ", "-")[:LOGIN_LENGTH],
        name=line(entry.text(provider.name_attribute), LENGTH) or login,
        email=email,
        groups=tuple(sorted(usable)[:MOST_GROUPS]),
        too_many=too_many or len(usable) > MOST_GROUPS,
    )


def shown(entry: Entry) -> dict[str, list[str]]:
    """The attributes as an administrator may see them in a trial; none of them is a password,
    since none is asked for."""
    return {"dn": [entry.dn]} | {
        name: [_shown(value) for value in values[:_KEPT]]
        for name, values in sorted(entry.values.items())
    }


def _shown(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex()[:LENGTH]
    return line(text, LENGTH)
