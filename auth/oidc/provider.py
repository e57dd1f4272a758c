"""What the console must know of a provider to let people sign in with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

__all__ = ["ISSUER_LENGTH", "NAME_PATTERN", "Provider", "ProviderKind"]

NAME_PATTERN: Final = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""What a provider may be called: it is part of its addresses and of its groups' names."""
ISSUER_LENGTH: Final = 512

Claim = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Text = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Domain = Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]


class ProviderKind(StrEnum):
    """Whose product it is: what the form proposes, and nothing else, differs."""

    KEYCLOAK = "keycloak"
    DEX = "dex"
    GOOGLE = "google"
    OKTA = "okta"
    ENTRA = "entra"
    GITLAB = "gitlab"
    OTHER = "oidc"


class Provider(BaseModel):
    """One OpenID Connect provider. `name` never changes: with the issuer and the subject it is
    what an account is known by, and with a group's name what a group is."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=NAME_PATTERN)]
    kind: ProviderKind = ProviderKind.OTHER
    label: Text = ""
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
    domains: tuple[Domain, ...] = Field(default=(), max_length=64)
    known_only: bool = False

    @property
    def button(self) -> str:
        """What its button says: its label, else its name."""
        return self.label or self.name

    @property
    def asked(self) -> str:
        """The scopes to ask for: `openid` is always one of them."""
        wanted = self.scopes.split()
        return " ".join(dict.fromkeys(["openid", *wanted]))

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
