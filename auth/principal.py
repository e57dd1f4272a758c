"""The caller, as every route and every stream sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auth.policy import Policy


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in caller with the policy in force. `id` is stable and unique; `login` and
    `name` are for display only and never keys (identity reference, section 2.4)."""

    id: str
    login: str
    name: str
    organisation: str
    policy: Policy
    session: str
