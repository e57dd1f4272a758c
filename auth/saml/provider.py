"""What the console must know of a SAML identity provider to let people sign in with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from auth.provider import ProviderBase

__all__ = ["ENTITY_LENGTH", "MOST_METADATA", "SamlKind", "SamlProvider"]

ENTITY_LENGTH: Final = 512
MOST_METADATA: Final = 262_144
"""Characters of metadata that is pasted."""
_CHANGEABLE: Final = ("mail", "emailaddress", "upn", "name", "displayname", "givenname", "surname")
"""How names of attributes end that people or their helpdesk change, whatever stands before."""

Attribute = Annotated[str, Field(max_length=256, pattern=r"^[^\x00-\x20\x7f]*$")]
Contexts = Annotated[str, Field(max_length=512, pattern=r"^([\x21-\x7e]+( [\x21-\x7e]+)*)?$")]


class SamlKind(StrEnum):
    """Whose product it is: what the form proposes, and nothing else, differs."""

    KEYCLOAK = "saml-keycloak"
    ENTRA = "saml-entra"
    OKTA = "saml-okta"
    ADFS = "saml-adfs"
    GOOGLE = "saml-google"
    OTHER = "saml"


class SamlProvider(ProviderBase):
    """One SAML identity provider, known by its entityID. Its metadata is read at `metadata_url`, or
    is `metadata` as it was pasted. People are known by their persistent NameID, or by the attribute
    `subject`."""

    protocol: ClassVar[Literal["saml"]] = "saml"
    secret: ClassVar[str] = "sp_keys"  # noqa: S105 (the field's name)

    kind: SamlKind = SamlKind.OTHER
    entity_id: Annotated[
        str, Field(min_length=1, max_length=ENTITY_LENGTH, pattern=r"^[\x21-\x7e]+$")
    ]
    metadata_url: Annotated[str, Field(max_length=1024)] = ""
    metadata: Annotated[str, Field(max_length=MOST_METADATA)] = ""
    subject: Attribute = ""
    attribute_login: Attribute = "uid"
    attribute_name: Attribute = "displayName"
    attribute_email: Attribute = "email"
    attribute_groups: Attribute = "groups"
    contexts: Contexts = ""
    """The authentication contexts (`AuthnContextClassRef`) that show who is there; empty: any
    does."""
    sp_certificates: tuple[Annotated[str, Field(max_length=8192)], ...] = Field(
        default=(), max_length=2
    )
    """Certificates (PEM) of the keys that assertions are encrypted for, the newest first."""
    sp_keys: SecretStr = SecretStr("")
    """Their keys (PEM), in the same order; empty: nothing can be encrypted for this console."""

    @property
    def identity_issuer(self) -> str:
        """What its subjects are unique within."""
        return self.entity_id

    @property
    def address(self) -> str:
        """Its entityID."""
        return self.entity_id

    def shows_who(self, context: str) -> bool:
        """Whether a sign-in in that authentication context counts for step-up."""
        return not self.contexts or context in self.contexts.split()

    @field_validator("subject")
    @classmethod
    def _stays_theirs(cls, value: str) -> str:
        """By it an account is found: nothing that somebody else may have tomorrow."""
        last = value.lower().replace(":", "/").rsplit("/", 1)[-1]
        if last.replace("-", "").replace("_", "").endswith(_CHANGEABLE):
            raise ValueError(
                f"{value} can be changed, so it is no key: choose an attribute that stays with the "
                "person, like an object id or an employee number"
            )
        return value

    @field_validator("metadata_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
            raise ValueError("give the address of its metadata, like https://sso.example/metadata")
        if parts.fragment or parts.username or parts.password:
            raise ValueError("the address has no fragment, no user and no password")
        if not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError("the address is written in ASCII without spaces")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.metadata_url) == bool(self.metadata.strip()):
            raise ValueError("give the address of its metadata, or the metadata itself")
        return self
