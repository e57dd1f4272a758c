"""What the console must know of a directory to let people sign in with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from auth.ldap.filters import ATTRIBUTE, parsed
from auth.provider import ProviderBase

__all__ = ["DN_LENGTH", "GroupsBy", "LdapKind", "LdapProvider", "Server"]

DN_LENGTH: Final = 1024
_MOST_SERVERS: Final = 8

Attribute = Annotated[str, Field(pattern=ATTRIBUTE)]
Name = Annotated[str, Field(max_length=DN_LENGTH, pattern=r"^[^\x00-\x1f\x7f]*$")]


class LdapKind(StrEnum):
    """Whose product it is: what the form proposes, and nothing else, differs."""

    ACTIVE_DIRECTORY = "active-directory"
    OPENLDAP = "openldap"
    FREEIPA = "freeipa"
    OTHER = "ldap"


class GroupsBy(StrEnum):
    """How a person's groups are found."""

    MEMBER_OF = "memberof"
    """The person's entry names them."""
    MEMBER = "member"
    """They name the person."""
    CHAIN = "chain"
    """They name the person or a group of theirs, which Active Directory looks up itself."""
    NONE = "none"


class Server(str):
    """The address of a directory server: `ldaps://HOST[:PORT]`, or `ldap://HOST[:PORT]`."""

    __slots__ = ()

    @property
    def host(self) -> str:
        """Its host, in lower case."""
        return (urlsplit(self).hostname or "").lower()

    @property
    def port(self) -> int:
        """Its port."""
        return urlsplit(self).port or (636 if self.over_tls else 389)

    @property
    def over_tls(self) -> bool:
        """Whether TLS begins with the connection."""
        return self.startswith("ldaps:")


class LdapProvider(ProviderBase):
    """One directory: its servers hold the same entries, and are asked in this order. `ca` (PEM)
    verifies them instead of the system's authorities. `unique` is the attribute a person is known
    by for ever; `login_by` those whose value they may type as their user name."""

    protocol: ClassVar[Literal["ldap"]] = "ldap"
    secret: ClassVar[str] = "bind_password"  # noqa: S105 (the field's name)

    kind: LdapKind = LdapKind.OTHER
    servers: tuple[str, ...] = Field(min_length=1, max_length=_MOST_SERVERS)
    starttls: bool = True
    ca: Annotated[str, Field(max_length=65_536)] = ""
    bind_dn: Name = ""
    bind_password: SecretStr = SecretStr("")
    people_base: Annotated[str, Field(min_length=1, max_length=DN_LENGTH)]
    people_filter: str = "(objectClass=person)"
    login_by: tuple[Attribute, ...] = Field(default=("uid",), min_length=1, max_length=4)
    unique: Attribute = "entryUUID"
    login_attribute: Attribute = "uid"
    name_attribute: Attribute = "cn"
    email_attribute: Attribute = "mail"
    groups_by: GroupsBy = GroupsBy.MEMBER
    groups_base: Name = ""
    groups_filter: str = "(objectClass=groupOfNames)"
    group_name: Attribute = "cn"
    group_member: Attribute = "member"
    nested: bool = True

    @property
    def identity_issuer(self) -> str:
        """Of all directories of one name the subjects are unique: those are global identifiers."""
        return f"ldap:{self.unique.lower()}"

    @property
    def address(self) -> str:
        """Its first server."""
        return self.servers[0]

    @property
    def below(self) -> str:
        """Where its groups are."""
        return self.groups_base or self.people_base

    @field_validator("servers")
    @classmethod
    def _are_servers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_server(one) for one in value)

    @field_validator("people_filter", "groups_filter")
    @classmethod
    def _is_filter(cls, value: str) -> str:
        parsed(value)
        return value

    @field_validator("people_base", "groups_base")
    @classmethod
    def _is_name(cls, value: str) -> str:
        if value and "=" not in value:
            raise ValueError("give a distinguished name, like ou=people,dc=example,dc=com")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if len(set(self.servers)) != len(self.servers):
            raise ValueError("a server is named twice")
        return self


def _server(written: str) -> str:
    text = written.strip()
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or port == 0:
        raise ValueError("give a server's address, like ldaps://dc1.example.com")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("a server's address has a host and a port, and nothing else")
    if not text.isascii() or len(text) > 300 or not text.isprintable() or " " in text:
        raise ValueError("a server's address is written in ASCII without spaces")
    return text.rstrip("/")
