"""What the console must know of a provider to let people sign in with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from auth.provider import ProviderBase

__all__ = ["ISSUER_LENGTH", "SUBJECT", "OidcKind", "OidcProvider"]

ISSUER_LENGTH: Final = 512
SUBJECT: Final = "sub"
_CHANGEABLE: Final = frozenset(
    {"email", "preferred_username", "upn", "unique_name", "name", "nickname", "phone_number"}
)
"""Claims that people or their helpdesk change: they name somebody else tomorrow."""

Claim = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]


class OidcKind(StrEnum):
    """Whose product it is: what the form proposes, and nothing else, differs."""

    KEYCLOAK = "keycloak"
    DEX = "dex"
    GOOGLE = "google"
    OKTA = "okta"
    ENTRA = "entra"
    GITLAB = "gitlab"
    OTHER = "oidc"


class OidcProvider(ProviderBase):
    """One OpenID Connect provider."""

    protocol: ClassVar[Literal["oidc"]] = "oidc"
    secret: ClassVar[str] = "client_secret"  # noqa: S105 (the field's name)

    kind: OidcKind = OidcKind.OTHER
    issuer: Annotated[str, Field(max_length=ISSUER_LENGTH)]
    client_id: Annotated[str, Field(min_length=1, max_length=256)]
    client_secret: SecretStr = SecretStr("")
    scopes: Annotated[str, Field(max_length=512, pattern=r"^[\x21-\x7e]*( [\x21-\x7e]+)*$")] = (
        "openid profile email"
    )
    claim_login: Claim = "preferred_username"
    claim_name: Claim = "name"
    claim_email: Claim = "email"
    claim_groups: Claim = "groups"
    acr: Annotated[str, Field(max_length=512, pattern=r"^([\x21-\x7e]+( [\x21-\x7e]+)*)?$")] = ""
    """The authentication contexts (`acr`) that show who is there; empty: any does."""

    claim_external: Claim = ""
    """The claim that holds what a SCIM client calls a person (`externalId`); empty: `oid` of Entra,
    whose subjects it does not know, and the subject of all others."""

    @property
    def external_claim(self) -> str:
        """The same, written out."""
        return self.claim_external or ("oid" if self.kind is OidcKind.ENTRA else SUBJECT)

    @property
    def identity_issuer(self) -> str:
        """What its subjects are unique within."""
        return self.issuer

    @property
    def address(self) -> str:
        """Its issuer."""
        return self.issuer

    @property
    def asked(self) -> str:
        """The scopes to ask for: `openid` is always one of them."""
        wanted = self.scopes.split()
        return " ".join(dict.fromkeys(["openid", *wanted]))

    def shows_who(self, acr: object) -> bool:
        """Whether a sign-in in that authentication context counts for step-up."""
        return not self.acr or acr in self.acr.split()

    @field_validator("claim_external")
    @classmethod
    def _stays_theirs(cls, value: str) -> str:
        """By it an account is found: nothing that somebody else may have tomorrow."""
        if value in _CHANGEABLE:
            raise ValueError(f"{value} can be changed, so it is no key: use sub, oid or the like")
        return value

    @field_validator("issuer")
    @classmethod
    def _is_issuer(cls, value: str) -> str:
        """An absolute address as OpenID Connect Discovery wants it: no query, no fragment."""
        parts = urlsplit(value)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
            raise ValueError("give the issuer's address, like https://sso.example/realms/main")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError("an issuer has no query, no fragment, no user and no password")
        if not value.isascii() or any(c.isspace() or ord(c) < 32 for c in value):
            raise ValueError("an issuer is written in ASCII without spaces")
        return value
