"""What an organisation asks of who signs in to a local account."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

__all__ = ["SignInRule"]


class SignInRule(SQLModel, table=True):
    """One rule, by its name; there from the first start, switched off."""

    __tablename__ = "sign_in_rule"

    id: str = Field(primary_key=True, max_length=32)
    enabled: bool = False
    changed: float | None = None
    changed_by: str = Field(default="", max_length=128)
    row_version: int = 1
