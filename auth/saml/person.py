"""Who signed in, read from a checked assertion by the names a provider gives its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auth.oidc.problems import Rejected
from auth.person import LENGTH, LOGIN_LENGTH, MOST_GROUPS, Person, group_name, line
from auth.saml.assertion import Stated
from auth.saml.provider import SamlProvider
from auth.saml.requests import PERSISTENT
from auth.saml.xml import Element, text_of

__all__ = ["read_person", "shown"]

_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_EMAIL: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_SHOWN: Final = 50
_OVERAGE: Final = "http://schemas.microsoft.com/claims/groups.link"
"""What Entra ID sends in place of groups where somebody is in more than 150."""


def read_person(stated: Stated, provider: SamlProvider, audience: str) -> Person:
    """The person. What is missing is empty, the login never is. Raises `Rejected` where nothing
    lasting tells who it is."""
    values = stated.attributes
    subject = (
        _chosen(values, provider.subject)
        if provider.subject
        else _persistent(stated.name_id, provider.entity_id, audience)
    )
    email = line(_first(values, provider.attribute_email), LENGTH)
    login = line(_first(values, provider.attribute_login), LOGIN_LENGTH) or email or subject
    groups = {
        name for one in values.get(provider.attribute_groups, ()) if (name := group_name(one))
    }
    return Person(
        issuer=provider.entity_id,
        subject=subject,
        sid=line(stated.session, LENGTH),
        login=login.replace(" ", "-")[:LOGIN_LENGTH],
        name=line(_first(values, provider.attribute_name), LENGTH) or login,
        email=email,
        groups=tuple(sorted(groups)[:MOST_GROUPS]) if provider.attribute_groups else (),
        too_many=len(groups) > MOST_GROUPS or _OVERAGE in values,
    )


def shown(stated: Stated) -> dict[str, object]:
    """What came, as an administrator may see it in a trial: nothing that could be used again."""
    name = stated.name_id
    told: dict[str, object] = {}
    if name is not None:
        told["NameID"] = line(text_of(name), LENGTH)
        told["NameID Format"] = line(str(name.get("Format", "")), LENGTH)
    told["AuthnContextClassRef"] = stated.context
    for attribute, values in sorted(stated.attributes.items())[:LENGTH]:
        told[attribute] = [one[:LENGTH] for one in values[:_SHOWN]]
    return told


def _chosen(values: Mapping[str, list[str]], name: str) -> str:
    """The attribute that an administrator chose as the subject: one value."""
    found = values.get(name, [])
    if len(found) != 1 or not _usable(found[0]):
        raise Rejected(
            f"the assertion has no single usable value of {name!r}, by which people are known: let "
            "the provider send that attribute"
        )
    return found[0]


def _persistent(name: Element | None, entity_id: str, audience: str) -> str:
    """A persistent NameID of that provider for this console."""
    form = "" if name is None else str(name.get("Format", ""))
    if name is None or form != PERSISTENT:
        raise Rejected(_advice(form))
    if name.get("NameQualifier", entity_id) != entity_id:
        raise Rejected("the NameID is of another provider (NameQualifier)")
    if name.get("SPNameQualifier", audience) != audience:
        raise Rejected("the NameID is for another service (SPNameQualifier)")
    text = text_of(name)
    if not _usable(text):
        raise Rejected("the NameID is empty, too long, or holds what cannot be shown")
    return text


def _advice(form: str) -> str:
    set_it = (
        "Let the provider send a persistent NameID "
        f"({PERSISTENT}), or name an attribute that stays with the person as the subject."
    )
    if form == _TRANSIENT:
        return f"The provider sends a NameID that is another at each sign-in (transient). {set_it}"
    if form == _EMAIL:
        return f"The provider sends an e-mail address as NameID, which is no key. {set_it}"
    return f"The provider sends no persistent NameID, but {form[:200] or 'none'!r}. {set_it}"


def _usable(text: str) -> bool:
    return 0 < len(text) <= LENGTH and text.isprintable()


def _first(values: Mapping[str, list[str]], name: str) -> str:
    return next(iter(values.get(name, ())), "") if name else ""
