"""Whether a signed assertion is meant for this console, this attempt and this moment (C10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auth.oidc.problems import Rejected
from auth.saml.times import SKEW, instant
from auth.saml.xml import ASSERTION, Element, child, children, text_of

__all__ = ["Expected", "Stated", "checked"]

LONGEST: Final = 86_400.0
"""Seconds an assertion may be good for: so long its id is kept."""
_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_KNOWN_CONDITIONS: Final = frozenset(
    f"{ASSERTION}{name}" for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")
)
_MOST_VALUES: Final = 4000
_MOST_TEXT: Final = 4096


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer has to be of: the provider's entityID, ours, where it was posted, and the id
    of the request it answers."""

    issuer: str
    audience: str
    consumer: str
    request: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What an assertion states, checked. `ends` is when its id may be forgotten; `authenticated`
    when the person signed in there, and `context` how."""

    identifier: str
    ends: float
    name_id: Element | None
    attributes: dict[str, list[str]]
    authenticated: float
    context: str
    session: str


def checked(assertion: Element, expected: Expected, now: float) -> Stated:
    """What it states. Raises `Rejected`."""
    if assertion.get("Version") != "2.0":
        raise Rejected("the assertion is not of SAML 2.0")
    issuer = text_of(child(assertion, f"{ASSERTION}Issuer"))
    if issuer != expected.issuer:
        raise Rejected(f"the assertion is of another provider ({issuer[:200]!r})")
    if instant(str(assertion.get("IssueInstant", "")), "IssueInstant") > now + SKEW:
        raise Rejected("the assertion was issued in the future: compare the clocks")
    subject = child(assertion, f"{ASSERTION}Subject")
    if subject is None:
        raise Rejected("the assertion names nobody")
    ends = min(_conditions(assertion, expected, now), _confirmed(subject, expected, now))
    authenticated, context, session = _authentication(assertion, now)
    return Stated(
        identifier=str(assertion.get("ID", "")),
        ends=ends + SKEW,
        name_id=_name_id(subject),
        attributes=_attributes(assertion),
        authenticated=authenticated,
        context=context,
        session=session,
    )


def _name_id(subject: Element) -> Element | None:
    if child(subject, f"{ASSERTION}EncryptedID") is not None:
        raise Rejected(
            "the provider encrypts the name alone (EncryptedID): let it encrypt the whole "
            "assertion, or nothing"
        )
    return child(subject, f"{ASSERTION}NameID")


def _conditions(assertion: Element, expected: Expected, now: float) -> float:
    """When they end."""
    found = child(assertion, f"{ASSERTION}Conditions")
    if found is None:
        raise Rejected("the assertion has no conditions, so it says not for whom it is")
    if any(one.tag not in _KNOWN_CONDITIONS for one in found):
        raise Rejected("the assertion has a condition that this console does not know")
    ends = _window(found, now, "the assertion")
    audiences = children(found, f"{ASSERTION}AudienceRestriction")
    if not audiences:
        raise Rejected("the assertion does not say for whom it is (AudienceRestriction)")
    for one in audiences:
        named = [text_of(name) for name in children(one, f"{ASSERTION}Audience")]
        if expected.audience not in named:
            raise Rejected(
                f"the assertion is for {', '.join(named)[:200]!r}, and this console is "
                f"{expected.audience!r} for the provider"
            )
    return ends


def _window(element: Element, now: float, what: str) -> float:
    begins, ends = element.get("NotBefore"), element.get("NotOnOrAfter")
    if begins is not None and instant(str(begins), "NotBefore") > now + SKEW:
        raise Rejected(f"{what} is not valid yet: compare the provider's clock with this one")
    if ends is None:
        raise Rejected(f"{what} has no end (NotOnOrAfter)")
    end = instant(str(ends), "NotOnOrAfter")
    if end <= now - SKEW:
        raise Rejected(f"{what} is over: compare the provider's clock with this one")
    if end > now + LONGEST:
        raise Rejected(f"{what} is good for longer than a day: let the provider shorten that")
    return end


def _confirmed(subject: Element, expected: Expected, now: float) -> float:
    """When the confirmation ends that the bearer is who it is about: one has to hold."""
    reason = "the assertion does not say that whoever bears it is meant (bearer)"
    for one in children(subject, f"{ASSERTION}SubjectConfirmation"):
        if one.get("Method") != _BEARER:
            continue
        try:
            return _confirmation(one, expected, now)
        except Rejected as error:
            reason = str(error)
    raise Rejected(reason)


def _confirmation(element: Element, expected: Expected, now: float) -> float:
    data = child(element, f"{ASSERTION}SubjectConfirmationData")
    if data is None:
        raise Rejected("the confirmation of the subject is empty")
    if data.get("Recipient") != expected.consumer:
        told = str(data.get("Recipient", ""))[:200]
        raise Rejected(f"the assertion is to be posted to {told!r}, not here")
    if data.get("InResponseTo") != expected.request:
        raise Rejected("the assertion does not answer this attempt to sign in (InResponseTo)")
    return _window(data, now, "the confirmation of the subject")


def _authentication(assertion: Element, now: float) -> tuple[float, str, str]:
    found = children(assertion, f"{ASSERTION}AuthnStatement")
    if len(found) != 1:
        raise Rejected("the assertion does not say once that somebody signed in (AuthnStatement)")
    at = instant(str(found[0].get("AuthnInstant", "")), "AuthnInstant")
    if at > now + SKEW:
        raise Rejected("somebody signed in there in the future: compare the clocks")
    over = found[0].get("SessionNotOnOrAfter")
    if over is not None and instant(str(over), "SessionNotOnOrAfter") <= now - SKEW:
        raise Rejected("the session at the provider is over")
    context = child(found[0], f"{ASSERTION}AuthnContext")
    way = "" if context is None else text_of(child(context, f"{ASSERTION}AuthnContextClassRef"))
    return at, way[:512], str(found[0].get("SessionIndex", ""))


def _attributes(assertion: Element) -> dict[str, list[str]]:
    """All of them by name. Values that hold elements, or are too long, are none."""
    found: dict[str, list[str]] = {}
    left = _MOST_VALUES
    for statement in children(assertion, f"{ASSERTION}AttributeStatement"):
        for one in children(statement, f"{ASSERTION}Attribute"):
            values = found.setdefault(str(one.get("Name", ""))[:512], [])
            for value in children(one, f"{ASSERTION}AttributeValue"):
                left -= 1
                if left < 0:
                    raise Rejected(f"the assertion holds more than {_MOST_VALUES} values")
                text = text_of(value)
                if text and len(text) <= _MOST_TEXT:
                    values.append(text)
    return found
