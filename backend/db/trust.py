"""Which workloads of other systems may become a service account."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = ["TrustRecord"]


class TrustRecord(SQLModel, table=True):
    """A trust rule of a service account: tokens of `issuer` for `audience` whose claims are as
    `conditions` (claim and pattern) say give a token of the account for `seconds`. With `cluster`
    the issuer is that Kubernetes connection, asked itself for its keys; `connection` is which one
    it was when the rule was saved, and `leads` a fingerprint of where it led. `held` is what the
    account could do at `rights_since`, when the rule was saved, written out: ``scopes``, ``rights``
    and until when (``expires``)."""

    __tablename__ = "trust_rule"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    account_id: str = Field(foreign_key="service_account.id", ondelete="CASCADE")
    name: str = Field(max_length=128)
    issuer: str = Field(max_length=512, index=True)
    cluster: str = Field(default="", max_length=64)
    connection: str = Field(default="", max_length=64)
    leads: str = Field(default="", max_length=64)
    audience: str = Field(max_length=256)
    conditions: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    seconds: int
    held: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    rights_since: float = 0.0
    created: float = Field(default_factory=time.time)
    created_by: str = Field(default="", max_length=128)
    changed_by: str = Field(default="", max_length=128)
    last_used: float | None = None
    row_version: int = 1
