"""What the routes of sign-in by provider take and give."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from auth.oidc.provider import NAME_PATTERN, ProviderKind
from backend.http.fields import NO_CONTROLS, SECRET

__all__ = [
    "Begin",
    "NewProvider",
    "Offered",
    "PresetView",
    "ProviderDraft",
    "ProviderFound",
    "ProviderImpact",
    "ProviderName",
    "ProviderSwitch",
    "ProviderTested",
    "ProviderView",
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


class Begin(BaseModel):
    """Where to return to, and whom the provider may propose."""

    next: Annotated[str, StringConstraints(max_length=2048)] = "/"
    hint: Annotated[str, StringConstraints(max_length=128, pattern=r"^[\x20-\x7e]*$")] = ""


class SignInAddress(BaseModel):
    """Where the browser goes to sign in; empty after signing out where nothing is left to do."""

    url: str


Line = Annotated[str, StringConstraints(max_length=128, pattern=NO_CONTROLS)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=512)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]


class PresetView(BaseModel):
    """What the form proposes for a product. Words in capitals are to be replaced."""

    kind: ProviderKind
    title: str
    issuer: str
    scopes: str
    claim_login: str
    claim_groups: str
    hint: str


class ProviderDraft(BaseModel):
    """What can be changed of a provider. A secret that is left out stays as it is stored; an
    empty one is taken away."""

    model_config = ConfigDict(hide_input_in_errors=True)

    label: Line = ""
    client_id: Word
    client_secret: Annotated[str | None, StringConstraints(max_length=1024), SECRET] = None
    scopes: Annotated[str, StringConstraints(max_length=512)] = "openid profile email"
    claim_login: Line = "preferred_username"
    claim_name: Line = "name"
    claim_email: Line = "email"
    claim_groups: Line = "groups"
    domains: Annotated[list[Line], Field(max_length=64)] = []
    known_only: bool = False
    place: Annotated[int, Field(ge=0, le=1000)] = 0


class NewProvider(ProviderDraft):
    """A provider to make. Kind, name and issuer stay: they are part of whom it knows."""

    kind: ProviderKind = ProviderKind.OTHER
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=63)]
    issuer: Address
    untested: bool = False


class ProviderTested(NewProvider):
    """What to try: a new one, or the present one of that name with changes."""


class ProviderFound(BaseModel):
    """What a test found: `notes` say what may be missed later."""

    issuer: str
    algorithms: list[str]
    keys: int
    userinfo: bool
    end_session: bool
    backchannel: bool
    notes: list[str]


class ProviderSwitch(BaseModel):
    """Switch a provider off or on."""

    disabled: bool


class ProviderView(BaseModel):
    """A provider without anything secret. `redirect_uri` and `backchannel_uri` are what it has
    to be told; `row_version` guards changes and is 0 for a declared one."""

    name: str
    kind: str
    label: str
    issuer: str
    client_id: str
    secret_set: float | None
    scopes: str
    claim_login: str
    claim_name: str
    claim_email: str
    claim_groups: str
    domains: list[str]
    known_only: bool
    place: int
    disabled: bool
    editable: bool
    problem: str
    redirect_uri: str
    backchannel_uri: str
    signed_out_uri: str
    changed: float | None
    changed_by: str
    row_version: int


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
    advice: list[str]
    claims: dict[str, Any]
