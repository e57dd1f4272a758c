"""Passkeys (WebAuthn): what a browser is asked, and whether to believe what it answers. Pure.

The challenge is a random value of ours, so it names what was begun; the console keeps it, good
once. The person is verified by their device (PIN, finger, face) at each use, which makes a passkey
two factors. Who made the device is not asked (attestation none).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

__all__ = [
    "Answered",
    "NewPasskey",
    "NotBelieved",
    "Site",
    "challenge_of",
    "registered",
    "to_create",
    "to_get",
]

_NAME: Final = "Craton"
_WAIT_MS: Final = 300_000
_LONGEST_ID: Final = 1023
_LONGEST_KEY: Final = 3000
"""Bytes; an RSA key of 16,384 bits has some 2,100."""
"""Bytes of a credential's id at most (WebAuthn, section 4)."""
_UNREADABLE: Final = (
    WebAuthnException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
)
"""What the library raises, and what reading made-up bytes as CBOR, JSON or keys can."""


class NotBelieved(Exception):
    """What the browser answered is not believed; the message says why. `user_id` is whose passkey
    it is, where that is known; `copied`, that it may be there twice."""

    def __init__(self, why: str, user_id: str = "", *, copied: bool = False) -> None:
        super().__init__(why)
        self.user_id, self.copied = user_id, copied

    def action(self, refused: str) -> str:
        """What the record calls it: a copy is told apart from what is `refused` every day."""
        return "suspect-passkey" if self.copied else refused


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are for: a host name, and the one origin that may use them."""

    id: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> Site | None:
        """The site of the console's public address; None where passkeys cannot be: without one, at
        an address that has no name, and without HTTPS anywhere but on this machine."""
        url = urlsplit(public_url)
        host = url.hostname or ""
        if not host or _is_address(host) or (url.scheme != "https" and host != "localhost"):
            return None
        return cls(host, f"{url.scheme}://{url.netloc.rpartition('@')[2].lower()}")


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey as it was made. Ids and keys are in base64url."""

    id: str
    public_key: str
    sign_count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What a browser answered, not believed yet: which passkey, for which challenge, of whom (as
    the device says; empty where it does not)."""

    id: str
    challenge: str
    user: str
    credential: Mapping[str, Any]

    @classmethod
    def read(cls, credential: Mapping[str, Any]) -> Answered:
        """Raises `NotBelieved` for what is no answer at all."""
        try:
            parsed = parse_authentication_credential_json(dict(credential))
            told = parse_client_data_json(parsed.response.client_data_json)
        except _UNREADABLE as error:
            raise NotBelieved("this is no answer of a passkey") from error
        user = (parsed.response.user_handle or b"").decode("ascii", "replace")
        key = bytes_to_base64url(parsed.raw_id)
        return cls(key, bytes_to_base64url(told.challenge), user, credential)

    def verified(self, site: Site, public_key: str) -> int:
        """The device's count of its uses, once the signature is believed. Whether the count went
        on is for whoever keeps it: of two uses at once one is the later."""
        try:
            found = verify_authentication_response(
                credential=dict(self.credential),
                expected_challenge=base64url_to_bytes(self.challenge),
                expected_rp_id=site.id,
                expected_origin=site.origin,
                credential_public_key=base64url_to_bytes(public_key),
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except _UNREADABLE as error:
            raise NotBelieved(str(error)) from error
        return found.new_sign_count


def to_create(
    site: Site, challenge: str, *, user_id: str, login: str, name: str, known: Iterable[str]
) -> dict[str, Any]:
    """What `navigator.credentials.create` is asked: a passkey that signs in without a name, on a
    device that has none of the person's yet."""
    options = generate_registration_options(
        rp_id=site.id,
        rp_name=_NAME,
        user_id=user_id.encode(),
        user_name=login,
        user_display_name=name or login,
        challenge=base64url_to_bytes(challenge),
        timeout=_WAIT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(known),
    )
    return _plain(options_to_json(options))


def to_get(site: Site, challenge: str, known: Iterable[str] = ()) -> dict[str, Any]:
    """What `navigator.credentials.get` is asked: one of the `known`, or any that is for here."""
    options = generate_authentication_options(
        rp_id=site.id,
        challenge=base64url_to_bytes(challenge),
        timeout=_WAIT_MS,
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options_to_json(options))


def challenge_of(credential: Mapping[str, Any]) -> str:
    """The challenge that a new passkey answers; raises `NotBelieved`."""
    try:
        parsed = parse_registration_credential_json(dict(credential))
        told = parse_client_data_json(parsed.response.client_data_json)
    except _UNREADABLE as error:
        raise NotBelieved("this is no new passkey") from error
    return bytes_to_base64url(told.challenge)


def registered(site: Site, challenge: str, credential: Mapping[str, Any]) -> NewPasskey:
    """The passkey that was made for the challenge; raises `NotBelieved`."""
    try:
        parsed = parse_registration_credential_json(dict(credential))
        made = parse_attestation_object(parsed.response.attestation_object)
        if made.fmt != AttestationFormat.NONE:
            raise NotBelieved("no attestation was asked for")
        found = verify_registration_response(
            credential=parsed,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _UNREADABLE as error:
        raise NotBelieved(str(error)) from error
    if len(found.credential_id) > _LONGEST_ID:
        raise NotBelieved("the passkey's id is too long")
    if len(found.credential_public_key) > _LONGEST_KEY:
        raise NotBelieved("the passkey's key is too long")
    return NewPasskey(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )


def _described(known: Iterable[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]


def _plain(options: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(options)
    return plain


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
