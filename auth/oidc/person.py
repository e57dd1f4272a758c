"""Who signed in, read from verified claims by the names a provider gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auth.oidc.provider import SUBJECT, OidcProvider
from auth.person import (
    LENGTH,
    LOGIN_LENGTH,
    MOST_GROUPS,
    NOBODY,
    Person,
    group_name,
    line,
)

__all__ = ["claim", "names_groups", "read_person", "without_secrets"]

_KEPT: Final = 4096
_SIDE: Final = frozenset({"at_hash", "c_hash", "nonce", "jti", "s_hash"})


def read_person(claims: Mapping[str, Any], provider: OidcProvider) -> Person:
    """The person of checked claims. What is missing is empty; the login never is."""
    subject = str(claims["sub"])
    email = line(claim(claims, provider.claim_email), LENGTH)
    login = line(claim(claims, provider.claim_login), LOGIN_LENGTH) or email or subject
    groups, too_many = _groups(claims, provider.claim_groups)
    return Person(
        issuer=str(claims["iss"]),
        subject=subject,
        sid=line(claims.get("sid"), LENGTH),
        login=login.replace(" ", "-")[:LOGIN_LENGTH],
        name=line(claim(claims, provider.claim_name), LENGTH) or login,
        email=email,
        groups=groups,
        too_many=too_many,
        external=_external(claims, provider),
    )


def _external(claims: Mapping[str, Any], provider: OidcProvider) -> str:
    """The value that a SCIM client knows them by. One that is missing or had to be cut is none:
    it would be somebody else's."""
    if provider.external_claim == SUBJECT:
        return ""
    value = claim(claims, provider.external_claim)
    usable = isinstance(value, str) and 0 < len(value) <= LENGTH and value.isprintable()
    return value if isinstance(value, str) and usable else NOBODY


def names_groups(claims: Mapping[str, Any], provider: OidcProvider) -> bool:
    """Whether the claims say anything of groups, or need not."""
    return not provider.claim_groups or claim(claims, provider.claim_groups) is not None


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of that name; dots lead into objects (`realm_access.roles`) where no claim has
    the whole name."""
    if not name:
        return None
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def without_secrets(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims as an administrator may see them in a trial: nothing that could be used again."""
    return {
        str(name)[:LENGTH]: value if len(repr(value)) <= _KEPT else "(too long to show)"
        for name, value in list(claims.items())[:LENGTH]
        if name not in _SIDE
    }


def _groups(claims: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], bool]:
    found = claim(claims, name)
    if found is None:
        elsewhere = claims.get("_claim_names")
        return (), isinstance(elsewhere, Mapping) and name in elsewhere
    several = found if isinstance(found, list) else [found]
    usable = {text for one in several if (text := group_name(one))}
    return tuple(sorted(usable)[:MOST_GROUPS]), len(usable) > MOST_GROUPS
