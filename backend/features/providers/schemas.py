"""What the routes of sign-in by provider take and give."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from auth.ldap.provider import DN_LENGTH, GroupsBy, LdapKind
from auth.oidc.provider import OidcKind
from auth.provider import NAME_PATTERN
from auth.saml.provider import MOST_METADATA, SamlKind
from backend.http.fields import NO_CONTROLS, SECRET

__all__ = [
    "Begin",
    "DirectoryDraft",
    "DirectoryFound",
    "DirectoryPreset",
    "DirectoryView",
    "IdentitiesView",
    "IdentityView",
    "KeptCertificate",
    "LinkOffered",
    "NewDirectory",
    "NewOidcProvider",
    "NewSamlProvider",
    "Offered",
    "OidcDraft",
    "OidcFound",
    "OidcPreset",
    "OidcView",
    "PasswordSignIn",
    "Preset",
    "ProviderImpact",
    "ProviderName",
    "ProviderSwitch",
    "ProviderView",
    "SamlDraft",
    "SamlFound",
    "SamlPreset",
    "SamlView",
    "ServerFound",
    "SignInAddress",
    "TrialGrant",
    "TrialView",
]

ProviderName = Annotated[str, Path(max_length=63, pattern=NAME_PATTERN)]


class Offered(BaseModel):
    """A button of the sign-in page. People whose addresses end in one of `domains` are pointed
    to it."""

    name: str
    kind: str
    label: str
    domains: list[str]
    password: bool
    """Whether its people give user name and password here; else the browser goes there."""


class Begin(BaseModel):
    """Where to return to, and whom the provider may propose. `fresh`: it has to ask who is there,
    signed in there or not."""

    next: Annotated[str, StringConstraints(max_length=2048)] = "/"
    fresh: bool = False
    hint: Annotated[str, StringConstraints(max_length=128, pattern=r"^[\x20-\x7e]*$")] = ""


class SignInAddress(BaseModel):
    """Where the browser goes to sign in; empty after signing out where nothing is left to do."""

    url: str


class IdentityView(BaseModel):
    """A provider that knows the caller's account, under the name `login`; when it was linked, and
    when it was signed in with last (Unix seconds)."""

    id: str
    provider: str
    label: str
    login: str
    linked: float
    used: float | None


class LinkOffered(BaseModel):
    """A provider that can be linked. `password`: it is given user name and password here."""

    name: str
    label: str
    password: bool


class IdentitiesView(BaseModel):
    """The links of the caller's account, and what else can be linked."""

    items: list[IdentityView]
    offered: list[LinkOffered]


Line = Annotated[str, StringConstraints(max_length=128, pattern=NO_CONTROLS)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=512)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=DN_LENGTH)]
Filter = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4096)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, max_length=256)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]


ALL_TOLD: Final = ConfigDict(json_schema_serialization_defaults_required=True)
"""Of an answer: members that have a default are always there."""


class OidcPreset(BaseModel):
    """What the form proposes for a product. Words in capitals are to be replaced."""

    model_config = ALL_TOLD
    protocol: Literal["oidc"] = "oidc"
    kind: OidcKind
    title: str
    issuer: str
    scopes: str
    claim_login: str
    claim_groups: str
    hint: str


class DirectoryPreset(BaseModel):
    """The same for a directory. Words in capitals are to be replaced."""

    model_config = ALL_TOLD
    protocol: Literal["ldap"] = "ldap"
    kind: LdapKind
    title: str
    server: str
    bind_dn: str
    people_base: str
    people_filter: str
    login_by: list[str]
    unique: str
    login_attribute: str
    name_attribute: str
    groups_by: GroupsBy
    groups_base: str
    groups_filter: str
    group_name: str
    hint: str


class SamlPreset(BaseModel):
    """The same for a SAML provider. Words in capitals are to be replaced."""

    model_config = ALL_TOLD
    protocol: Literal["saml"] = "saml"
    kind: SamlKind
    title: str
    entity_id: str
    metadata_url: str
    subject: str
    attribute_login: str
    attribute_name: str
    attribute_email: str
    attribute_groups: str
    hint: str


Preset = Annotated[OidcPreset | DirectoryPreset | SamlPreset, Field(discriminator="protocol")]


class Draft(BaseModel):
    """What can be changed of a provider of any kind. A secret that is left out stays as it is
    stored; an empty one is taken away."""

    model_config = ConfigDict(hide_input_in_errors=True)

    label: Line = ""
    domains: Annotated[list[Line], Field(max_length=64)] = []
    known_only: bool = False
    place: Annotated[int, Field(ge=0, le=1000)] = 0


class OidcDraft(Draft):
    """What can be changed of an OpenID Connect provider."""

    client_id: Word
    client_secret: Annotated[str | None, StringConstraints(max_length=1024), SECRET] = None
    scopes: Annotated[str, StringConstraints(max_length=512)] = "openid profile email"
    claim_login: Line = "preferred_username"
    claim_name: Line = "name"
    claim_email: Line = "email"
    claim_groups: Line = "groups"
    claim_external: Line | None = None
    acr: Annotated[str, StringConstraints(max_length=512, strip_whitespace=True)] = ""


class NewOidcProvider(OidcDraft):
    """A provider to make. Kind, name and issuer stay: they are part of whom it knows."""

    kind: OidcKind = OidcKind.OTHER
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=63)]
    issuer: Address
    untested: bool = False


class DirectoryDraft(Draft):
    """What can be changed of a directory."""

    servers: Annotated[list[Address], Field(min_length=1, max_length=8)]
    starttls: bool = True
    ca: Annotated[str, StringConstraints(max_length=65_536)] = ""
    bind_dn: Name = ""
    bind_password: Annotated[str | None, StringConstraints(max_length=1024), SECRET] = None
    people_base: Annotated[Name, StringConstraints(min_length=1)]
    people_filter: Filter = "(objectClass=person)"
    login_by: Annotated[list[Line], Field(min_length=1, max_length=4)] = ["uid"]
    login_attribute: Line = "uid"
    name_attribute: Line = "cn"
    email_attribute: Line = "mail"
    groups_by: GroupsBy = GroupsBy.MEMBER
    groups_base: Name = ""
    groups_filter: Filter = "(objectClass=groupOfNames)"
    group_name: Line = "cn"
    group_member: Line = "member"
    nested: bool = True


class NewDirectory(DirectoryDraft):
    """A directory to make. Kind, name and the attribute people are known by stay: they are part
    of whom it knows."""

    kind: LdapKind = LdapKind.OTHER
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=63)]
    unique: Line = "entryUUID"
    untested: bool = False


class SamlDraft(Draft):
    """What can be changed of a SAML provider. Its metadata is read at `metadata_url`, or is
    `metadata` itself. The key that assertions are encrypted for is made here and has a route of
    its own."""

    metadata_url: Annotated[str, StringConstraints(max_length=1024, strip_whitespace=True)] = ""
    metadata: Annotated[str, StringConstraints(max_length=MOST_METADATA)] = ""
    attribute_login: Named = "uid"
    attribute_name: Named = "displayName"
    attribute_email: Named = "email"
    attribute_groups: Named = "groups"
    contexts: Annotated[str, StringConstraints(max_length=512, strip_whitespace=True)] = ""


class NewSamlProvider(SamlDraft):
    """A SAML provider to make. Kind, name, entityID and the attribute people are known by stay:
    they are part of whom it knows."""

    kind: SamlKind = SamlKind.OTHER
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=63)]
    entity_id: Address
    subject: Named = ""
    untested: bool = False


class PasswordSignIn(BaseModel):
    """A user name and a password of a directory."""

    model_config = ConfigDict(hide_input_in_errors=True)

    login: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=256, pattern=NO_CONTROLS),
    ]
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024), SECRET]


class OidcFound(BaseModel):
    """What a test found: `notes` say what may be missed later."""

    issuer: str
    algorithms: list[str]
    keys: int
    userinfo: bool
    end_session: bool
    backchannel: bool
    notes: list[str]


class ServerFound(BaseModel):
    """One server of a directory: which TLS it speaks, its certificate's subject and end (Unix
    seconds); empty without TLS."""

    server: str
    tls: str
    certificate: str
    expires: float | None


class DirectoryFound(BaseModel):
    """What a test found. Of those in `more` ("people", "groups") there are more than were
    counted; `notes` say what may be missed later."""

    servers: list[ServerFound]
    people: int
    groups: int
    more: list[str]
    notes: list[str]


class KeptCertificate(BaseModel):
    """A certificate, and from when until when it holds (Unix seconds)."""

    subject: str
    fingerprint: str
    begins: float
    ends: float


class SamlFound(BaseModel):
    """What a SAML provider publishes: `signing` verify its answers, each while it holds;
    `encrypting` are ours, the newest first. `notes` say what may be missed later."""

    entity_id: str
    sign_in: str
    until: float | None
    signing: list[KeptCertificate]
    encrypting: list[KeptCertificate]
    notes: list[str]


class ProviderSwitch(BaseModel):
    """Switch a provider off or on."""

    disabled: bool


class ProviderFacts(BaseModel):
    """What a provider of any kind shows; nothing secret. `row_version` guards changes and is 0
    for a declared one; `address` is where it is, `product` what people call its kind, `usual` what
    such a product usually needs."""

    model_config = ALL_TOLD

    name: str
    label: str
    product: str
    address: str
    secret_set: float | None
    domains: list[str]
    known_only: bool
    place: int
    disabled: bool
    editable: bool
    problem: str
    changed: float | None
    changed_by: str
    row_version: int


class OidcView(ProviderFacts):
    """An OpenID Connect provider. `redirect_uri` and `backchannel_uri` are what it has to be
    told."""

    protocol: Literal["oidc"] = "oidc"
    kind: str
    usual: OidcPreset | None = None
    issuer: str = ""
    client_id: str = ""
    scopes: str = ""
    claim_login: str = ""
    claim_name: str = ""
    claim_email: str = ""
    claim_groups: str = ""
    claim_external: str = ""
    acr: str = ""
    redirect_uri: str
    backchannel_uri: str
    signed_out_uri: str


class DirectoryView(ProviderFacts):
    """A directory."""

    protocol: Literal["ldap"] = "ldap"
    kind: str
    usual: DirectoryPreset | None = None
    servers: list[str] = []
    starttls: bool = True
    ca: str = ""
    bind_dn: str = ""
    people_base: str = ""
    people_filter: str = ""
    login_by: list[str] = []
    unique: str = ""
    login_attribute: str = ""
    name_attribute: str = ""
    email_attribute: str = ""
    groups_by: str = ""
    groups_base: str = ""
    groups_filter: str = ""
    group_name: str = ""
    group_member: str = ""
    nested: bool = True


class SamlView(ProviderFacts):
    """A SAML provider. `sp_entity_id` (our entityID, where our metadata is read) and `sp_consumer`
    (where answers are posted) are what it has to be told; `encrypts` says that assertions can be
    encrypted for this console."""

    protocol: Literal["saml"] = "saml"
    kind: str
    usual: SamlPreset | None = None
    entity_id: str = ""
    metadata_url: str = ""
    metadata: str = ""
    subject: str = ""
    attribute_login: str = ""
    attribute_name: str = ""
    attribute_email: str = ""
    attribute_groups: str = ""
    contexts: str = ""
    sp_entity_id: str
    sp_consumer: str
    encrypts: bool


ProviderView = Annotated[OidcView | DirectoryView | SamlView, Field(discriminator="protocol")]


class ProviderImpact(BaseModel):
    """Whom a change concerns: people it knows, sessions it opened, roles its groups hold."""

    people: int
    sessions: int
    bindings: int


class TrialGrant(BaseModel):
    """A role that a sign-in would give, and by which group; empty: by the account itself."""

    role: str
    scope: str
    group: str


class TrialView(BaseModel):
    """What a dry-run sign-in found. `failure` says why it failed; then all else is empty."""

    failure: str
    issuer: str
    subject: str
    login: str
    name: str
    email: str
    groups: list[str]
    refreshes: bool
    account: str
    grants: list[TrialGrant]
    teams: list[str]
    advice: list[str]
    claims: dict[str, Any]
