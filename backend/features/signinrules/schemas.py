"""What the routes of sign-in rules take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["RuleImpact", "RuleName", "RuleSwitch", "RuleView"]

RuleName = Literal["second-factor", "break-glass-only"]


class RuleView(BaseModel):
    """A rule: whether it is in force, since when and by whom it was switched (Unix seconds).
    `row_version` guards changes (`If-Match`)."""

    name: RuleName
    enabled: bool
    changed: float | None
    changed_by: str
    row_version: int


class RuleSwitch(BaseModel):
    """Whether the rule is to be in force."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool


class RuleImpact(BaseModel):
    """Whom the rule concerns: how many people have not what it asks for (a second factor, a
    provider to sign in by), how many people it concerns are signed in at this moment, and the first
    of those without by user name; null for who may not read accounts. `against` are sentences that
    say why the rule cannot be switched on yet."""

    people: int
    signed_in: int
    logins: list[str] | None
    against: list[str] = []
