"""What the access routes take and give."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from auth.password import MAX_LENGTH
from auth.subject import SubjectKind
from backend.http.fields import NO_CONTROLS, SECRET

__all__ = [
    "BindingChange",
    "BindingView",
    "GrantPreview",
    "Grantors",
    "NewBinding",
    "NewUser",
    "RightKind",
    "UserChange",
    "UserView",
]

LATEST: Final = 32_503_680_000.0
"""The year 3000: what is to last longer has no end."""
End = Annotated[float, Field(gt=0, lt=LATEST, allow_inf_nan=False)]
"""Unix seconds. Not a number, and not infinity: either would be kept as no end at all."""
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=512, pattern=NO_CONTROLS)
]


class NewUser(BaseModel):
    """A local account."""

    login: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$")]
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=256, pattern=NO_CONTROLS)
    ] = ""
    password: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH), SECRET]


class UserChange(BaseModel):
    """Switch an account off or on, or set a new password. Absent fields stay."""

    disabled: bool | None = None
    password: (
        Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH), SECRET] | None
    ) = None


class UserView(BaseModel):
    """A local account, without anything secret. `row_version` guards changes (`If-Match`)."""

    id: str
    login: str
    name: str
    disabled: bool
    created: float
    row_version: int


class NewBinding(BaseModel):
    """Give a subject the role at the scope, e.g. ``org/main/cluster/local/ns/web``.

    `subject` is a user's login, a team's or service's name, or ``provider/group``. `expires`
    is in Unix seconds; without it the binding stays until it is taken away.
    """

    subject_kind: SubjectKind = SubjectKind.USER
    subject: Annotated[str, StringConstraints(min_length=1, max_length=321, pattern=NO_CONTROLS)]
    role: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    scope: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    expires: End | None = None
    reason: Reason = ""


class BindingChange(BaseModel):
    """Another end, or another reason. An `expires` of null is no end; absent members stay."""

    model_config = ConfigDict(extra="forbid")

    expires: End | None = None
    reason: Reason | None = None


class RightKind(BaseModel):
    """A kind of thing that rights are about, and verbs on it."""

    kind: str
    title: str
    verbs: list[str]


class GrantPreview(BaseModel):
    """What a grant would give: the role's title and number of `rights`, and the `scopes` it would
    hold at, the place and what a team owns whose place it is. `gains` are the rights the subject
    does not hold there yet, `people` those who would; null where the caller may not know."""

    role: str
    rights: int
    gains: list[RightKind] | None
    gains_total: int | None
    scopes: list[str]
    people: int | None


class Grantors(BaseModel):
    """People who can grant roles, by name; who has none, by login."""

    names: list[str]


class BindingView(BaseModel):
    """A binding as stored."""

    id: str
    subject_kind: SubjectKind
    subject: str
    role: str
    scope: str
    expires: float | None
    reason: str
    created: float
    created_by: str
    row_version: int
