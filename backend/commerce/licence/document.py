"""What a licence says: the claims of a document of schema 3 (licensing reference, section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal

import msgspec

__all__ = [
    "SCHEMA",
    "Binding",
    "Combine",
    "Enforce",
    "Entitlement",
    "Licence",
    "Support",
]

SCHEMA: Final = 3
MOST: Final = 10**12
"""The largest number that an entitlement may name; without limit is null."""

Combine = Literal["sum", "max", "any"]
Enforce = Literal["hard", "soft", "meter"]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=_PLAIN)]
_Word = Annotated[str, msgspec.Meta(max_length=256, pattern=_PLAIN)]
_Days = Annotated[int, msgspec.Meta(ge=0, le=3660)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=MOST)]


class Entitlement(msgspec.Struct, frozen=True):
    """How much of one thing: `value` None is without limit and absorbs all others."""

    value: _Count | None
    unit: _Word = ""
    combine: Combine = "sum"
    enforce: Enforce = "soft"


class Binding(msgspec.Struct, frozen=True):
    """Where it may be used: anywhere, or by the ids of installations or clusters."""

    mode: Literal["none", "installation", "cluster_uids"] = "none"
    values: Annotated[tuple[_Short, ...], msgspec.Meta(max_length=1000)] = ()


class Support(msgspec.Struct, frozen=True):
    """The support that was bought with it."""

    level: _Word = ""
    until: date | None = None


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """One document. `jti` is its id, `sub` the account it was issued to; `sequence` rises with
    each document of an account; `supersedes` names those it replaces. Both dates are days
    wherever the reader is (`backend.commerce.licence.dates`)."""

    iss: _Short
    sub: _Short
    jti: _Short
    iat: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
    schema: Literal[3]
    sequence: Annotated[int, msgspec.Meta(ge=1, le=MOST)]
    edition: _Short
    not_before: date
    expires_on: date
    supersedes: Annotated[tuple[_Short, ...], msgspec.Meta(max_length=100)] = ()
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 30
    notify_days: Annotated[tuple[_Days, ...], msgspec.Meta(max_length=20)] = (60, 30, 14, 7, 1)
    binding: Binding = Binding()
    features: Annotated[tuple[_Name, ...], msgspec.Meta(max_length=100)] = ()
    entitlements: Annotated[Mapping[_Name, Entitlement], msgspec.Meta(max_length=100)] = {}
    metering: Annotated[Mapping[_Name, _Word], msgspec.Meta(max_length=100)] = {}
    support: Support = Support()
    trial: bool = False

    @property
    def grace(self) -> int:
        """Days of grace: a trial has none."""
        return 0 if self.trial else self.grace_days
